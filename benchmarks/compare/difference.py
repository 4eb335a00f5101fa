"""Measures how far two pictures are apart."""

from PIL import Image, ImageChops, ImageStat

from benchmarks.compare.outcomes import Difference

FAR = 16  # levels: more than any two decoders or rounding modes are apart
BACKGROUNDS = ("white", "black")


def difference(first: Image.Image, second: Image.Image) -> Difference:
    """The difference of two `RGBA` pictures of the same size."""
    found = [_on(background, first, second) for background in BACKGROUNDS]
    mean = max(max(ImageStat.Stat(apart).mean) for apart in found)
    share = max(map(_far_share, found))
    return Difference(mean=round(mean, 2), share=round(share, 4))


def shown_difference(first: Image.Image, second: Image.Image) -> Image.Image:
    """The difference as a picture, `RGB`, four times as strong."""
    found = [_on(background, first, second) for background in BACKGROUNDS]
    return ImageChops.lighter(*found).point(lambda level: min(255, level * 4))


def _on(background: str, first: Image.Image, second: Image.Image) -> Image.Image:
    return ImageChops.difference(_flat(first, background), _flat(second, background))


def _flat(image: Image.Image, background: str) -> Image.Image:
    canvas = Image.new("RGBA", image.size, background)
    return Image.alpha_composite(canvas, image).convert("RGB")


def _far_share(apart: Image.Image) -> float:
    red, green, blue = apart.split()
    levels = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    return sum(levels[FAR + 1 :]) / sum(levels)
