"""The imaging core: a picture's bytes in, its renditions' bytes out; no stores, no network."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chalicelib.imaging.picture import Limits, Picture, Preview, Rendered

if TYPE_CHECKING:
    from chalicelib.imaging.provenance import read_provenance
    from chalicelib.imaging.rendering import check_edits, render
    from chalicelib.imaging.watermark import check_watermarks

__all__ = [
    "Limits",
    "Picture",
    "Preview",
    "Rendered",
    "check_edits",
    "check_formats",
    "check_signing",
    "check_watermarks",
    "prepare",
    "read_provenance",
    "render",
]

# Imported on first use, so that only functions that render pay for importing Pillow.
_MODULES = {
    "check_edits": "rendering",
    "check_watermarks": "watermark",
    "read_provenance": "provenance",
    "render": "rendering",
}

_USUAL = (
    "chalicelib.imaging.provenance",
    "chalicelib.imaging.rendering",
    "PIL.JpegImagePlugin",
    "PIL.WebPImagePlugin",
)

_SIGNING = ("chalicelib.imaging.content_credentials", "c2pa", "cryptography.x509")


def check_formats(*, heic: bool, jxl: bool) -> None:
    """SettingsError if the library of an enabled format is missing or known to be unsafe."""
    if heic:
        from chalicelib.imaging.heic import check_heic

        check_heic()
    if jxl:
        from chalicelib.imaging.jxl import check_jxl

        check_jxl()


def check_signing() -> None:
    """SettingsError if the library that signs renditions is missing."""
    from chalicelib.imaging.content_credentials import check_library

    check_library()


def prepare(*, signs: bool = False) -> None:
    """Import in advance what nearly every picture needs, so that the first one is not slower.

    With `signs` also what signs renditions.
    """
    for module in (*_USUAL, *(_SIGNING if signs else ())):
        import_module(module)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
