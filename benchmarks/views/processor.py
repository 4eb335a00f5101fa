"""Processor time of a miss: Darkroom, sharp and libvips make the same file of the same original."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from benchmarks import toolchain
from benchmarks.client import Worker
from benchmarks.contenders import default_quality
from benchmarks.views.results import Rendering
from chalicelib.imaging.encoding import avif_quality, jpeg_quality

DARKROOM = "Darkroom"
ALIKE, BY_DEFAULT = "as Darkroom encodes", "by default"
WIDTHS = (640, 1280, 1920, 3840)

_LONGEST = 16383  # pixels: no limit of the height
_BOX = "size"


class Options(NamedTuple):
    """A contender's options for the work that Darkroom does; its `default` ones are none.

    AVIF with the default effort takes ten times as long, so that is not measured.
    """

    alike: dict[str, object]
    has_default: bool = True


# Darkroom's encoders: WebP with method 2; AVIF in 4:2:0 with speed 9, which is libheif's effort 0;
# progressive JPEG.
_SHARP = {
    "webp": Options({"effort": 2}),
    "avif": Options({"effort": 0, "chromaSubsampling": "4:2:0"}, has_default=False),
    "jpeg": Options({"progressive": True}),
}
_VIPS = {
    "webp": Options({"effort": 2}),
    "avif": Options({"effort": 0, "subsample_mode": "on"}, has_default=False),
    "jpeg": Options({"interlace": True, "optimize_coding": True}),
}
# The originals here are without a profile, so nothing needs to be converted.
_PLAIN = {"cascade": False, "profile": None}
FORMATS = tuple(_SHARP)


class Contender(NamedTuple):
    """A program that makes files of one format."""

    name: str
    command: tuple[str, ...]


def contenders(output: str) -> list[Contender]:
    """All contenders that make files of the format, Darkroom first."""
    darkroom = Contender(DARKROOM, _command(toolchain.ours("darkroom"), {"format": output}))
    others = [
        Contender(f"{title}, {effort}", _command(program, {"format": output, **fixed, **own}))
        for title, program, fixed, options in (
            ("sharp", toolchain.in_node("sharp.mjs"), {"mode": "clones"}, _SHARP[output]),
            ("libvips", toolchain.theirs("vips"), _PLAIN, _VIPS[output]),
        )
        for effort, own in _efforts(options)
    ]
    return [darkroom, *others]


def _efforts(options: Options) -> list[tuple[str, dict[str, object]]]:
    efforts = [(ALIKE, options.alike)]
    return [*efforts, (BY_DEFAULT, {})] if options.has_default else efforts


def measured(photographs: Mapping[str, Path], scratch: Path, rounds: int) -> tuple[Rendering, ...]:
    """Each contender's processor time for each photograph, format and width.

    They take turns on one processor. RuntimeError if their files are not equally large in pixels.
    """
    return tuple(
        rendering
        for output in FORMATS
        for rendering in _measured(output, photographs, scratch, rounds)
    )


def native_quality(output: str, contender: str, side: int) -> int:
    """The quality to request of a contender, for a longest side in pixels."""
    quality = default_quality()
    if contender == DARKROOM or output == "webp":
        return quality
    return {"avif": avif_quality, "jpeg": jpeg_quality}[output](quality, side)


def _measured(
    output: str, photographs: Mapping[str, Path], scratch: Path, rounds: int
) -> list[Rendering]:
    found: list[Rendering] = []
    with ExitStack() as stack:
        workers = {c.name: stack.enter_context(Worker(c.command, 1)) for c in contenders(output)}
        for name, path in photographs.items():
            for width in WIDTHS:
                requests = _requests(output, path, width, workers)
                _check_sizes(output, workers, requests, scratch)
                times = _times(workers, requests, rounds)
                found += [
                    Rendering(
                        contender=contender,
                        photograph=name,
                        format=output,
                        width=width,
                        cpu=tuple(round(done["cpu"], 5) for done in times[contender]),
                        bytes=times[contender][0]["files"][0][2],
                    )
                    for contender in workers
                ]
    return found


def _requests(
    output: str, path: Path, width: int, workers: Mapping[str, Worker]
) -> dict[str, dict[str, Any]]:
    with Image.open(path) as image:
        scale = min(1.0, width / image.width)
        side = round(max(image.size) * scale)
    box = [_BOX, width, _LONGEST, "inside"]
    return {
        name: {
            "file": str(path),
            "quality": native_quality(output, name, side),
            "boxes": [box],
            "out": None,
        }
        for name in workers
    }


def _check_sizes(
    output: str,
    workers: Mapping[str, Worker],
    requests: Mapping[str, dict[str, Any]],
    scratch: Path,
) -> None:
    sizes = {}
    for name, worker in workers.items():
        worker.send(**requests[name] | {"out": str(scratch)})
        with Image.open(scratch / f"{_BOX}.{output}") as image:
            sizes[name] = image.size
    if len(set(sizes.values())) > 1:
        raise RuntimeError(f"The files differ in size: {sizes}")


def _times(
    workers: Mapping[str, Worker], requests: Mapping[str, dict[str, Any]], rounds: int
) -> dict[str, list[dict[str, Any]]]:
    """The responses of each round; contenders take turns within it, starting with another one."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in workers}
    names: Sequence[str] = list(workers)
    for number in range(rounds):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            found[name].append(workers[name].send(**requests[name]))
    return found


def _command(program: Sequence[str], options: dict[str, object]) -> tuple[str, ...]:
    return (*program, json.dumps(options))
