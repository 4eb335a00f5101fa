"""EXIF's eight orientations: the transposition that makes a stored picture upright."""

from PIL import Image
from PIL.Image import Transpose

_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height after, or before, the transposition for `orientation`."""
    return (size[1], size[0]) if orientation >= 5 else size


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """`image` transposed as `orientation` (1 to 8) requires; the same object for 1."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)
