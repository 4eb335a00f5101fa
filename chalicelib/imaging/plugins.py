"""Pillow's plugins, each imported by the first picture that needs it: cold starts pay for all."""

from importlib import import_module

from PIL.ImageFile import ImageFile

from chalicelib.imaging.heic import heic_plugin
from chalicelib.imaging.signatures import Kind

_NAMES: dict[Kind, str] = {
    "jpeg": "Jpeg",
    "png": "Png",
    "webp": "WebP",
    "gif": "Gif",
    "avif": "Avif",
    "tiff": "Tiff",
    "bmp": "Bmp",
}


def plugin(kind: Kind) -> type[ImageFile]:
    """The class that reads files of `kind`; what it can write can be saved from now on, too.

    Left to itself Pillow would import all that it has to find one.
    """
    if kind == "heic":
        return heic_plugin()
    name = _NAMES[kind]
    reader: type[ImageFile] = getattr(import_module(f"PIL.{name}ImagePlugin"), f"{name}ImageFile")
    return reader
