"""Decodes a JPEG at a scale with libjpeg-turbo, the copy inside Pillow's wheel."""

import ctypes

from benchmarks.worker.libraries import library

_ABI = 62
_STRUCT = 632  # bytes of jpeg_decompress_struct on 64-bit systems; the library checks it
_RGB = 2


class _Decompress(ctypes.Structure):
    """jpeg_decompress_struct up to the last field used here, and room for the rest."""

    _fields_ = (
        ("err", ctypes.c_void_p),
        ("before_header", ctypes.c_byte * (3 * 8 + 2 * 4 + 8)),
        ("image_width", ctypes.c_uint),
        ("image_height", ctypes.c_uint),
        ("num_components", ctypes.c_int),
        ("jpeg_color_space", ctypes.c_int),
        ("out_color_space", ctypes.c_int),
        ("scale_num", ctypes.c_uint),
        ("scale_denom", ctypes.c_uint),
        ("before_output", ctypes.c_byte * (4 + 8 + 12 * 4)),
        ("output_width", ctypes.c_uint),
        ("output_height", ctypes.c_uint),
        ("rest", ctypes.c_byte * (_STRUCT - 144)),
    )


def decode(data: bytes, denominator: int) -> bytearray:
    """The pixels of `data` at 1/`denominator` of its size, in RGB, row by row."""
    jpeg = library("libjpeg")
    jpeg.jpeg_std_error.restype = ctypes.c_void_p
    state, errors = _Decompress(), (ctypes.c_byte * 1024)()
    state.err = jpeg.jpeg_std_error(errors)
    at = ctypes.byref(state)
    jpeg.jpeg_CreateDecompress(at, _ABI, ctypes.c_size_t(_STRUCT))
    jpeg.jpeg_mem_src(at, data, ctypes.c_ulong(len(data)))
    jpeg.jpeg_read_header(at, 1)
    state.out_color_space = _RGB
    state.scale_num, state.scale_denom = 1, denominator
    jpeg.jpeg_start_decompress(at)
    pixels = _rows(jpeg, at, state.output_width * 3, state.output_height)
    jpeg.jpeg_finish_decompress(at)
    jpeg.jpeg_destroy_decompress(at)
    return pixels


def _rows(jpeg: ctypes.CDLL, at: object, stride: int, height: int) -> bytearray:
    pixels = bytearray(stride * height)
    start = ctypes.addressof(ctypes.c_byte.from_buffer(pixels))
    rows = (ctypes.c_void_p * height)(*(start + row * stride for row in range(height)))
    done, read = 0, jpeg.jpeg_read_scanlines
    while done < height:
        done += read(at, ctypes.byref(rows, done * ctypes.sizeof(ctypes.c_void_p)), height - done)
    return pixels
