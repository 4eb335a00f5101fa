"""Picture files made by hand or by Pillow."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pyjpegxl
from PIL import Image
from pillow_heif import from_pillow

from chalicelib.imaging import Limits, Picture, render
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.encoding import encode
from chalicelib.model.variants import Variant
from tests.imaging import raws

LIMITS = Limits(
    max_pixels=100_000_000,
    max_frames=500,
    max_animation_pixels=10**9,
    allow_heic=True,
    allow_jxl=True,
)
WHOLE = Variant(name="whole", width=2000, height=2000, formats=("png",))

# Top left, top right, bottom right, bottom left.
CORNERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))


def scene(width: int, height: int) -> Image.Image:
    """A gradient with noise, as hard to compress as a photo."""
    noise = Image.effect_noise((max(1, width // 4), max(1, height // 4)), 60)
    return Image.merge(
        "RGB",
        (
            noise.resize((width, height), Image.Resampling.BICUBIC),
            Image.linear_gradient("L").resize((width, height)),
            Image.radial_gradient("L").resize((width, height)),
        ),
    )


def four_corners(width: int = 96, height: int = 64) -> Image.Image:
    """Four flat quarters in the colours of `CORNERS`."""
    image = Image.new("RGB", (2, 2))
    for place, colour in zip(((0, 0), (1, 0), (1, 1), (0, 1)), CORNERS, strict=True):
        image.putpixel(place, colour)
    return image.resize((width, height), Image.Resampling.NEAREST)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    file = BytesIO()
    if format in raws.KINDS:
        return raws.raw(format, saved(image, "jpeg", **options))
    if format == "jxl":
        return jxl(image, **options)
    if format == "heic":
        from_pillow(image).save(file, **options)
    else:
        image.save(file, format, **options)
    return file.getvalue()


def jxl(image: Image.Image, **options: Any) -> bytes:
    """A JPEG XL; EXIF and XMP make it one with boxes."""
    channels = len(image.getbands())
    return pyjpegxl.encode(image.tobytes(), *image.size, num_channels=channels, **options)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def rendered(data: bytes, *variants: Variant, limits: Limits = LIMITS) -> Picture:
    return render(data, variants or (WHOLE,), limits)


def shown(data: bytes, variant: Variant | None = None) -> Image.Image:
    """The first rendition of `data`; without a variant, the decoded original at full size."""
    if variant:
        image = opened(rendered(data, variant).renditions[0].data)
    else:
        whole = decode(data, LIMITS, lambda size: size).image
        image = opened(encode(whole, "png", 82, "#ffffff"))
    if image.mode != "P":
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png(width: int, height: int, *chunks: bytes, packed: bytes = b"") -> bytes:
    """An 8-bit grey PNG with `chunks` before its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def gif(frames: int, comments: int = 0) -> bytes:
    """A 1x1 GIF of `frames`, with `comments` comment blocks of 255 bytes."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x10\x80\xf0\xff\xff\xff"
    comment = b"!\xfe" + (b"\xff" + b"c" * 255) * comments + b"\x00" if comments else b""
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + comment + frame * frames + b";"


def exif(orientation: int | None = None, *, gps: bool = False) -> bytes:
    block = Image.Exif()
    if orientation is not None:
        block[0x0112] = orientation
    block[0x010F] = "SecretCameraMaker"
    if gps:
        block.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 34.0), 3: "E", 4: (16.0, 1.0, 2.0)})
    return block.tobytes()


def matrix_profile(red: Any, green: Any, blue: Any, *, gamma: float = 2.2) -> bytes:
    """An ICC display profile of three primaries (XYZ under D50) and one gamma."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(values: Any) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(fixed(value) for value in values)

    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Test\0" + b"\0" * 79
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = [
        (b"desc", text), (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
        (b"wtpt", xyz((0.9642, 1.0, 0.8249))),
        (b"rXYZ", xyz(red)), (b"gXYZ", xyz(green)), (b"bXYZ", xyz(blue)),
        (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve),
    ]  # fmt: skip
    offset, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags:
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content
    head = struct.pack(
        ">I4sI4s4s4s", offset + len(body), b"\0" * 4, 0x02400000, b"mntr", b"RGB ", b"XYZ "
    )
    head += struct.pack(">6H4s", 2024, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28
    head += fixed(0.9642) + fixed(1.0) + fixed(0.8249) + b"\0" * 48
    return head + table + body


DISPLAY_P3 = matrix_profile(
    (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)
)
