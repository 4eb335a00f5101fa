"""Palette images: pictures of few colours as indices into a colour table."""

from PIL import Image

_MOST = 256
_MOST_GREYS = 16  # with more, an index is no shorter than the grey itself


def indexed(image: Image.Image) -> Image.Image | None:
    """`image` (`L`, `RGB`, `RGBA`) in `P`, with identical pixels; None for too many colours."""
    counts = image.getcolors(_MOST_GREYS if image.mode == "L" else _MOST)
    if counts is None:
        return None
    full = image if image.mode == "RGBA" else image.convert("RGBA")
    found = full.getcolors(_MOST) or ()
    colours = [colour for _, colour in found if isinstance(colour, tuple)]
    colours.sort(key=_most_transparent_first)
    numbers = memoryview(b"".join(map(bytes, colours))).cast("I")
    indices = {number: index for index, number in enumerate(numbers)}
    pixels = memoryview(full.tobytes()).cast("I")
    palette_image = Image.frombytes("P", image.size, bytes(map(indices.__getitem__, pixels)))
    palette_image.putpalette([level for colour in colours for level in colour[:3]])
    # PNG's transparency table may leave out the last colours if they are opaque.
    alphas = bytes(colour[3] for colour in colours if colour[3] < 255)
    if alphas:
        palette_image.info["transparency"] = alphas
    return palette_image


def _most_transparent_first(colour: tuple[int, ...]) -> tuple[int, ...]:
    return colour[3], *colour[:3]
