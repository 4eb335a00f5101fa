"""Darkroom itself, through the one function that the application calls."""

from typing import Any

import msgspec

from benchmarks.worker.serving import Box, File, Job, Request, options, serve
from chalicelib.imaging import Limits, render
from chalicelib.imaging.encoding import CODECS
from chalicelib.variants import Variant

_LIMITS = Limits(max_pixels=200_000_000, max_frames=100)
_BESIDE = "-avif"


def main() -> None:
    """Serve with the options `method`, `avif` and `auto`, none of which need be there."""
    asked = options()
    if "method" in asked:
        _set_method(asked["method"])

    def prepare(request: Request) -> Job:
        variants = tuple(rule for box in request.boxes for rule in _rules(box, request, asked))
        return lambda: _files(request.data, variants)

    serve(prepare)


def _set_method(method: int) -> None:
    shipped = CODECS["webp"]

    def slower(*of: Any) -> dict[str, Any]:
        return {**shipped.options(*of), "method": method}

    CODECS["webp"] = shipped._replace(options=slower)


def _rules(box: Box, request: Request, asked: dict[str, Any]) -> list[Variant]:
    """The variant of `box`; with AVIF beside it, which alone gets the request's quality."""
    rule: dict[str, Any] = {
        "name": box.name,
        "width": box.width,
        "height": box.height,
        "fit": box.fit,
        "quality": "auto" if asked.get("auto") else request.quality,
    }
    if not asked.get("avif"):
        return [msgspec.convert(rule, Variant)]
    del rule["quality"]
    beside = {"name": box.name + _BESIDE, "formats": ["avif"], "quality": request.quality}
    return [msgspec.convert(rule, Variant), msgspec.convert(rule | beside, Variant)]


def _files(data: bytes, variants: tuple[Variant, ...]) -> list[File]:
    made = render(data, variants, _LIMITS).renditions
    return [File(one.variant.removesuffix(_BESIDE), one.format, one.data) for one in made]


if __name__ == "__main__":
    main()
