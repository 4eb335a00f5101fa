"""Darkroom itself, through the function that the application calls."""

from typing import Any

import msgspec

from benchmarks.worker.serving import Box, File, Job, Request, options, serve
from chalicelib.imaging import Limits, render
from chalicelib.imaging.encoding import CODECS
from chalicelib.model.variants import Variant

_LIMITS = Limits(max_pixels=200_000_000, max_frames=100)
_BESIDE = "-avif"


def main() -> None:
    """Serve with the options `method`, `avif`, `auto` and `format`, all of which may be missing."""
    settings = options()
    if "method" in settings:
        _set_method(settings["method"])

    def prepare(request: Request) -> Job:
        variants = tuple(rule for box in request.boxes for rule in _rules(box, request, settings))
        return lambda: _files(request.data, variants)

    serve(prepare)


def _set_method(method: int) -> None:
    shipped = CODECS["webp"]

    def slower(*arguments: Any) -> dict[str, Any]:
        return {**shipped.options(*arguments), "method": method}

    CODECS["webp"] = shipped._replace(options=slower)


def _rules(box: Box, request: Request, settings: dict[str, Any]) -> list[Variant]:
    """The variant of `box`, and AVIF beside it; only AVIF then has the request's quality."""
    rule: dict[str, Any] = {
        "name": box.name,
        "width": box.width,
        "height": box.height,
        "fit": box.fit,
        "formats": [settings.get("format", "webp")],
        "quality": "auto" if settings.get("auto") else request.quality,
    }
    if not settings.get("avif"):
        return [msgspec.convert(rule, Variant)]
    del rule["quality"]
    beside = {"name": box.name + _BESIDE, "formats": ["avif"], "quality": request.quality}
    return [msgspec.convert(rule, Variant), msgspec.convert(rule | beside, Variant)]


def _files(data: bytes, variants: tuple[Variant, ...]) -> list[File]:
    renditions = render(data, variants, _LIMITS).renditions
    return [File(r.variant.removesuffix(_BESIDE), r.format, r.data) for r in renditions]


if __name__ == "__main__":
    main()
