"""The imaging core: a picture's bytes in, its renditions' bytes out; no stores, no network."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered

if TYPE_CHECKING:
    from chalicelib.imaging.heic import check_heic
    from chalicelib.imaging.rendering import render
    from chalicelib.imaging.watermark import check_watermarks

__all__ = [
    "Limits",
    "Picture",
    "Preview",
    "Rendered",
    "check_heic",
    "check_watermarks",
    "prepare",
    "render",
]

# Imported on first use, so that only functions that render pay for importing Pillow.
_MODULES = {"check_heic": "heic", "check_watermarks": "watermark", "render": "rendering"}

_USUAL = ("chalicelib.imaging.rendering", "PIL.JpegImagePlugin", "PIL.WebPImagePlugin")


def prepare() -> None:
    """Import in advance what nearly every picture needs, so that the first one is not slower."""
    for module in _USUAL:
        import_module(module)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
