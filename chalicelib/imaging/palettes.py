"""Pictures of few colours, as indices into a table of them."""

from PIL import Image

_MOST = 256
_MOST_GREYS = 16  # with more, an index is no shorter than the grey itself


def indexed(image: Image.Image) -> Image.Image | None:
    """`image` (`L`, `RGB`, `RGBA`) in `P`, the same in every pixel; None for too many colours."""
    counts = image.getcolors(_MOST_GREYS if image.mode == "L" else _MOST)
    if counts is None:
        return None
    full = image if image.mode == "RGBA" else image.convert("RGBA")
    found = full.getcolors(_MOST) or ()
    colours = [colour for _, colour in found if isinstance(colour, tuple)]
    colours.sort(key=_clearest_first)
    numbers = memoryview(b"".join(map(bytes, colours))).cast("I")
    places = {number: place for place, number in enumerate(numbers)}
    pixels = memoryview(full.tobytes()).cast("I")
    few = Image.frombytes("P", image.size, bytes(map(places.__getitem__, pixels)))
    few.putpalette([level for colour in colours for level in colour[:3]])
    # A PNG need not tell how clear the last colours are if they are opaque.
    clear = bytes(colour[3] for colour in colours if colour[3] < 255)
    if clear:
        few.info["transparency"] = clear
    return few


def _clearest_first(colour: tuple[int, ...]) -> tuple[int, ...]:
    return colour[3], *colour[:3]
