"""Small images that resemble photographs to a codec: gradients, shapes and grain."""

import io
import random

from PIL import Image, ImageDraw


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """An RGB image with a smooth background, some edges and fine grain."""
    draw_from = random.Random(seed)
    horizontal = Image.linear_gradient("L").rotate(90).resize((width, height))
    vertical = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (horizontal, vertical, Image.new("L", (width, height), 90)))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = draw_from.randrange(width), draw_from.randrange(height)
        colour = tuple(draw_from.randrange(256) for _ in range(3))
        pen.ellipse((x, y, x + width // 5, y + height // 7), fill=colour)
    grain = Image.effect_noise((width, height), 12).convert("RGB")
    return Image.blend(picture, grain, 0.12)


def encoded(picture: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    """The image as a file."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def jpeg(width: int = 800, height: int = 600, seed: int = 1) -> bytes:
    """A JPEG photograph."""
    return encoded(photo(width, height, seed), quality=88)
