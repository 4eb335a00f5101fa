"""Dominant colours: the clusters of a small copy's visible pixels."""

from math import sqrt

from PIL import Image

from chalicelib.imaging.alpha import straight
from chalicelib.model.facts import DominantColor

_SIDE = 48  # pixels of the longest side
# By median cut alone: rounds of k-means after it take several times as long.
_CLUSTERS = 16
_MOST = 5
_SMALLEST_SHARE = 0.02
_ALIKE = 36.0  # distance below which two colours are one, with levels weighted as eyes do
_WEIGHTS = (2, 4, 3)
_VISIBLE = 128  # opacity

Pixel = tuple[int, int, int]


def dominant_colors(image: Image.Image) -> tuple[DominantColor, ...]:
    """Up to five colours of `image` (`L`, `RGB` or `RGBa`), the largest share first."""
    visible = _visible(image)
    if visible is None:
        return ()
    indexed = visible.quantize(_CLUSTERS, Image.Quantize.MEDIANCUT)
    palette = indexed.getpalette() or []
    counts = enumerate(indexed.histogram()[: len(palette) // 3])
    merged: list[tuple[Pixel, int]] = []
    for count, index in sorted(((count, index) for index, count in counts if count), reverse=True):
        red, green, blue = palette[3 * index : 3 * index + 3]
        _merge(merged, (red, green, blue), count)
    total = sum(count for _, count in merged)
    merged.sort(key=lambda found: (-found[1], found[0]))
    return tuple(
        DominantColor(color="#{:02x}{:02x}{:02x}".format(*pixel), share=round(count / total, 2))
        for pixel, count in merged[:_MOST]
        if count / total >= _SMALLEST_SHARE or pixel == merged[0][0]
    )


def _visible(image: Image.Image) -> Image.Image | None:
    """The pixels of a small copy that are not transparent, in one row; None if there are none."""
    scale = min(1.0, _SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.BOX)
    if image.mode != "RGBa":
        return small.convert("RGB")
    pixels = straight(small).tobytes()
    kept = [pixels[n : n + 3] for n in range(0, len(pixels), 4) if pixels[n + 3] >= _VISIBLE]
    return Image.frombytes("RGB", (len(kept), 1), b"".join(kept)) if kept else None


def _merge(merged: list[tuple[Pixel, int]], pixel: Pixel, count: int) -> None:
    """Add `pixel` to the first colour that it is like, else as one of its own."""
    for number, (color, before) in enumerate(merged):
        if _distance(color, pixel) < _ALIKE:
            merged[number] = (color, before + count)
            return
    merged.append((pixel, count))


def _distance(one: Pixel, other: Pixel) -> float:
    return sqrt(sum(w * (a - b) ** 2 for w, a, b in zip(_WEIGHTS, one, other, strict=True)) / 3)
