"""The `<picture>` element that shows an image: best format first, every size, no layout shift."""

from html import escape
from itertools import groupby

from chalicelib import keys
from chalicelib.records import Image, Rendition

_BEST_FIRST = ("avif", "webp", "jpeg", "png")
_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg", "png": "image/png"}


def picture(image: Image, public_url: str) -> str | None:
    """HTML for all renditions that show the whole picture; None where there is none."""
    whole = [r for r in image.renditions if _has_ratio_of(image, r)]
    if not whole:
        return None
    by_format = _grouped(whole)
    fallback = by_format.pop()
    sources = "".join(
        f'<source type="{_TYPES[group[0].format]}" srcset="{_srcset(group, public_url)}"'
        ' sizes="100vw">'
        for group in by_format
    )
    return f"<picture>{sources}{_img(image, fallback, public_url)}</picture>"


def _has_ratio_of(image: Image, rendition: Rendition) -> bool:
    if not image.width or not image.height:
        return False
    height = rendition.width * image.height / image.width
    width = rendition.height * image.width / image.height
    # Sides are rounded to whole pixels, so one of the two is off by less than one.
    return abs(height - rendition.height) < 1 or abs(width - rendition.width) < 1


def _grouped(renditions: list[Rendition]) -> list[list[Rendition]]:
    """The renditions for each format that a browser may know, best first, by width."""
    ordered = sorted(renditions, key=lambda r: (_BEST_FIRST.index(r.format), r.width))
    groups = [list(group) for _, group in groupby(ordered, key=lambda r: r.format)]
    return [_complete(groups[place:]) for place in range(len(groups))]


def _complete(groups: list[list[Rendition]]) -> list[Rendition]:
    # A width that the best format lacks, since a simpler one was lighter, comes from the next:
    # a browser looks for its width in one source only.
    by_width = {r.width: r for group in reversed(groups) for r in group}
    return [by_width[width] for width in sorted(by_width)]


def _srcset(group: list[Rendition], public_url: str) -> str:
    return escape(", ".join(f"{keys.public_address(public_url, r.key)} {r.width}w" for r in group))


def _img(image: Image, group: list[Rendition], public_url: str) -> str:
    largest = group[-1]
    style = ""
    if image.placeholder:
        background = f"{image.placeholder.color} url({image.placeholder.data_uri}) center/cover"
        style = f' style="background:{escape(background)}"'
    return (
        f'<img src="{escape(keys.public_address(public_url, largest.key))}"'
        f' srcset="{_srcset(group, public_url)}" sizes="100vw"'
        f' width="{largest.width}" height="{largest.height}" alt=""'
        f' loading="lazy" decoding="async"{style}>'
    )
