"""Encodes pictures already in YUV with libwebp, the copy inside Pillow's wheel."""

import ctypes

from PIL import Image

from benchmarks.worker.libraries import library

_ABI = 0x0210


class _Config(ctypes.Structure):
    """WebPConfig."""

    _fields_ = (
        ("lossless", ctypes.c_int),
        ("quality", ctypes.c_float),
        ("method", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


class _Picture(ctypes.Structure):
    """WebPPicture up to the writer, and room for the rest."""

    _fields_ = (
        ("use_argb", ctypes.c_int),
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("planes", ctypes.c_byte * (3 * 8 + 2 * 4 + 8 + 4 + 2 * 4)),
        ("argb", ctypes.c_void_p),
        ("argb_stride", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 3),
        ("writer", ctypes.c_void_p),
        ("custom_ptr", ctypes.c_void_p),
        ("rest", ctypes.c_byte * 512),
    )


class _Writer(ctypes.Structure):
    """WebPMemoryWriter."""

    _fields_ = (
        ("mem", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("max_size", ctypes.c_size_t),
        ("pad", ctypes.c_uint32),
    )


class Planes:
    """A picture (`RGB`) as libwebp's YUV planes, which can be encoded repeatedly."""

    def __init__(self, image: Image.Image) -> None:
        webp = library("libwebp")
        self._picture = _Picture()
        webp.WebPPictureInitInternal(ctypes.byref(self._picture), _ABI)
        self._picture.width, self._picture.height = image.size
        webp.WebPPictureImportRGB(
            ctypes.byref(self._picture), image.tobytes(), ctypes.c_int(3 * image.width)
        )

    def encode(self, quality: int, method: int) -> bytes:
        """The picture as a WebP file."""
        webp = library("libwebp")
        config, writer = _Config(), _Writer()
        webp.WebPConfigInitInternal(ctypes.byref(config), 0, ctypes.c_float(quality), _ABI)
        config.method = method
        webp.WebPMemoryWriterInit(ctypes.byref(writer))
        self._picture.writer = ctypes.cast(webp.WebPMemoryWrite, ctypes.c_void_p).value
        self._picture.custom_ptr = ctypes.addressof(writer)
        if not webp.WebPEncode(ctypes.byref(config), ctypes.byref(self._picture)):
            raise RuntimeError("libwebp could not encode a picture")
        try:
            return ctypes.string_at(writer.mem, writer.size)
        finally:
            webp.WebPMemoryWriterClear(ctypes.byref(writer))

    def __del__(self) -> None:
        library("libwebp").WebPPictureFree(ctypes.byref(self._picture))
