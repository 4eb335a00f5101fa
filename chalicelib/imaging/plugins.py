"""Pillow's plugins, each imported by the first picture that needs it: cold starts pay for all."""

from importlib import import_module

from PIL.ImageFile import ImageFile

from chalicelib.imaging.heic import heic_plugin
from chalicelib.imaging.signatures import Kind

_READERS: dict[Kind, tuple[str, str]] = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("chalicelib.imaging.exact_png", "ExactPng"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "tiff": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "bmp": ("PIL.BmpImagePlugin", "BmpImageFile"),
}


def plugin(kind: Kind) -> type[ImageFile]:
    """The class that reads files of `kind`; what it can write can be saved from now on, too.

    Left to itself Pillow would import all that it has to find one.
    """
    if kind == "heic":
        return heic_plugin()
    module, name = _READERS[kind]
    reader: type[ImageFile] = getattr(import_module(module), name)
    return reader
