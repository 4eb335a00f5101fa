"""Measures the most that one image within the limits can cost, for docs/limits.md.

    .venv/bin/python -m tests.worst [NAME...]

generates the most demanding images of the largest allowed size, renders each in the default
variants in a separate process, and prints its CPU seconds and peak megabytes.
"""

import json
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

from PIL import Image

from chalicelib.errors import Rejection
from chalicelib.imaging import Limits, render
from chalicelib.imaging.pixel_limits import DEFAULT
from chalicelib.model.variants import load_variants
from tests.hostile.worker import held
from tests.imaging.colour_files import cicp
from tests.imaging.samples import chunk, saved

LIMITS = Limits(max_pixels=DEFAULT, max_frames=1_000, allow_heic=True, allow_jxl=True)
SIDE = 10_000


def noise(width: int, height: int, *, grain: int = 10) -> Image.Image:
    small = Image.effect_noise((width // grain, height // grain), 60)
    return small.resize((width, height), Image.Resampling.NEAREST)


def merged(mode: str, width: int = SIDE, height: int = SIDE, *, grain: int = 10) -> Image.Image:
    band = noise(width, height, grain=grain)
    return Image.merge(mode, [band] * len(mode))


def endless_jpeg() -> bytes:
    """A progressive JPEG that repeats its last scan as often as is allowed."""
    data = saved(merged("RGB", 5_000, 5_000), "jpeg", progressive=True, subsampling="4:4:4")
    last, passes = data.rindex(b"\xff\xda"), data.count(b"\xff\xda")
    return data[:last] + data[last:-2] * (63 - passes) + b"\xff\xd9"


def wide_png(side: int, colour: int, bands: int, *chunks: bytes) -> bytes:
    """An interlaced 16-bit PNG with `chunks` before its pixels."""
    packer, packed = zlib.compressobj(1), b""
    for left, top, across, down in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                                    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):  # fmt: skip
        row = b"\x04" + bytes(range(1, 241)) * (-(-(side - left) // across) * bands // 120 + 1)
        row = row[: 1 + -(-(side - left) // across) * bands * 2]
        packed += b"".join(packer.compress(row) for _ in range(top, side, down))
    header = struct.pack(">IIBBBBB", side, side, 16, colour, 0, 0, 1)
    content = (*chunks, chunk(b"IDAT", packed + packer.flush()), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(content)


def run_length_bmp() -> bytes:
    side = 10_000
    row = b"".join(bytes((5, level % 256)) for level in range(side // 5)) + b"\0\0"
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    body = row * side + b"\0\1"
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(body), 0, 0, 256, 256)
    return b"BM" + struct.pack("<IHHI", 1078 + len(body), 0, 0, 1078) + head + palette + body


PICTURES: dict[str, Callable[[], bytes]] = {
    "JPEG, progressive, 4:4:4, 63 scans": endless_jpeg,
    "JPEG, progressive, CMYK": lambda: saved(merged("CMYK"), "jpeg", progressive=True, quality=30),
    "JPEG of a phone, progressive, 4:4:4": lambda: saved(
        merged("RGB", 16_320, 12_240), "jpeg", progressive=True, quality=60, subsampling="4:4:4"
    ),
    "PNG, 8 bits, RGB": lambda: saved(merged("RGB"), "png", compress_level=1),
    "PNG, 16 bits, RGBA, interlaced": lambda: wide_png(8_100, 6, 4),
    "PNG, 16 bits, grey, interlaced": lambda: wide_png(SIDE, 0, 1),
    "PNG, 16 bits, a clear colour": lambda: wide_png(6_700, 2, 3, chunk(b"tRNS", bytes(6))),
    "PNG, 16 bits, PQ": lambda: wide_png(5_400, 2, 3, cicp(9, 16)),
    "WebP, lossy, with alpha": lambda: saved(
        merged("RGBA", 16_383, 5_490), "webp", method=0, quality=60
    ),
    "WebP, lossless": lambda: saved(
        merged("RGB", 16_383, 5_490), "webp", lossless=True, method=0, quality=0
    ),
    "AVIF, 4:4:4, with alpha": lambda: saved(
        merged("RGBA", SIDE, 8_000, grain=20), "avif", quality=40, speed=10, subsampling="4:4:4"
    ),
    "HEIC, 4:4:4": lambda: saved(
        merged("RGB", SIDE, 7_500, grain=20), "heic", quality=30, chroma=444
    ),
    "TIFF, floating point, deflated": lambda: saved(
        noise(SIDE, SIDE).convert("F"), "tiff", compression="tiff_adobe_deflate"
    ),
    "GIF": lambda: saved(noise(SIDE, 16_800), "gif"),
    "BMP, run-length encoded": run_length_bmp,
}


def measured(data: bytes) -> dict[str, object]:
    """Render `data` and measure what it cost this process."""
    start = time.process_time()
    try:
        picture = render(data, load_variants(), LIMITS)
        outcome = f"{picture.width} x {picture.height}"
    except Rejection as rejection:
        outcome = str(rejection)
    seconds = round(time.process_time() - start, 2)
    return {"seconds": seconds, "megabytes": held("VmHWM") // 1024, "outcome": outcome}


def main(names: list[str]) -> None:
    for name in names or PICTURES:
        command = [sys.executable, "-m", "tests.worst", "-"]
        run = subprocess.run(command, input=PICTURES[name](), stdout=subprocess.PIPE, check=True)
        found = json.loads(run.stdout)
        sys.stdout.write(f"{name}: {found['seconds']} s, {found['megabytes']:,} MB")
        sys.stdout.write(f" ({found['outcome']})\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(json.dumps(measured(sys.stdin.buffer.read())))
    else:
        main(sys.argv[1:])
