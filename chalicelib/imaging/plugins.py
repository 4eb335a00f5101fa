"""Pillow's plugins, each imported when first needed, to keep cold starts short."""

from importlib import import_module

from PIL.ImageFile import ImageFile

from chalicelib.imaging.heic import heic_plugin
from chalicelib.imaging.jxl import jxl_plugin
from chalicelib.model.formats import CodedFormat

_READERS: dict[CodedFormat, tuple[str, str]] = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("chalicelib.imaging.exact_png", "ExactPng"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "tiff": ("chalicelib.imaging.exact_tiff", "ExactTiff"),
    "bmp": ("chalicelib.imaging.exact_bmp", "ExactBmp"),
}


def plugin(kind: CodedFormat) -> type[ImageFile]:
    """The class that reads files of `kind`. Afterwards Pillow can save that format, too.

    By itself Pillow would import all its plugins to find one.
    """
    if kind == "heic":
        return heic_plugin()
    if kind == "jxl":
        return jxl_plugin()
    module, name = _READERS[kind]
    reader: type[ImageFile] = getattr(import_module(module), name)
    return reader
