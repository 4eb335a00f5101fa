"""Loads the codec libraries inside Pillow's wheel, so that the floor uses the same code."""

import ctypes
from functools import cache
from pathlib import Path

import PIL


@cache
def library(name: str) -> ctypes.CDLL:
    """The library whose file starts with `name`, such as "libwebp"."""
    found = sorted(Path(PIL.__file__).parents[1].glob(f"pillow.libs/{name}-*"))
    return ctypes.CDLL(str(found[0]))
