"""The `<picture>` element that shows an image: best format first, every size, no layout shift."""

from html import escape
from itertools import groupby

from chalicelib.model import keys
from chalicelib.model.formats import FORMATS, PREFERENCE
from chalicelib.model.image import Image, Rendition

_RANKS: dict[str, int] = {name: rank for rank, name in enumerate(PREFERENCE)}


def picture(image: Image, public_url: str) -> str | None:
    """HTML for all renditions that show the whole image; None if there are none."""
    whole = [r for r in image.renditions if _has_ratio_of(image, r)]
    if not whole:
        return None
    by_format = _grouped(whole)
    fallback = by_format.pop()
    sources = "".join(
        f'<source type="{_media_type(group[0])}" srcset="{_srcset(group, public_url)}"'
        ' sizes="100vw">'
        for group in by_format
    )
    return f"<picture>{sources}{_img(image, fallback, public_url)}</picture>"


def _media_type(rendition: Rendition) -> str:
    return FORMATS[PREFERENCE[_rank(rendition)]].media_type


def _rank(rendition: Rendition) -> int:
    return _RANKS[rendition.format]


def _has_ratio_of(image: Image, rendition: Rendition) -> bool:
    if not image.width or not image.height:
        return False
    height = rendition.width * image.height / image.width
    width = rendition.height * image.width / image.height
    # Sides are rounded to whole pixels, so one of the two is off by less than one.
    return abs(height - rendition.height) < 1 or abs(width - rendition.width) < 1


def _grouped(renditions: list[Rendition]) -> list[list[Rendition]]:
    """The renditions for each format that a browser may support, best first, by width."""
    ordered = sorted(renditions, key=lambda r: (_rank(r), r.width))
    groups = [list(group) for _, group in groupby(ordered, key=lambda r: r.format)]
    return [_complete(groups[rank:]) for rank in range(len(groups))]


def _complete(groups: list[list[Rendition]]) -> list[Rendition]:
    # A width that the best format lacks, because a simpler format was smaller, comes from the
    # next: a browser selects widths within one source only.
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
        f' width="{largest.width}" height="{largest.height}"{_alt(image)}'
        f' loading="lazy" decoding="async"{style}>'
    )


def _alt(image: Image) -> str:
    """The attributes with the main alternative text: that of the first language."""
    language, text = next(iter(image.alt.items()), ("", ""))
    lang = f' lang="{escape(language)}"' if language else ""  # it covers attributes, too
    return f'{lang} alt="{escape(text)}"'
