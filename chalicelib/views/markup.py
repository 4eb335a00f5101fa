"""The `<picture>` element that shows an image: every size, the right crop, no layout shift.

Its URLs are stable, and the CDN answers each with the best format that the browser shows: pasted
into a page, it goes on working whatever happens to variants, focal point and original.
"""

from collections.abc import Mapping
from html import escape

from chalicelib.model.delivery import Urls
from chalicelib.model.image import Image, Rendition
from chalicelib.model.variants import VariantsTable


def picture(image: Image, urls: Urls, table: VariantsTable, layout: str = "") -> str | None:
    """HTML for the image; None if there is no rendition that shows all of it.

    Also None without a signature for the URLs of a private image: it would show nothing.

    `layout` is the `sizes` attribute: how wide the page shows it, in CSS. By default it is the
    table's.
    """
    whole = {r.width: r for r in reversed(image.renditions) if _has_ratio_of(image, r)}
    if not whole or (urls.private and not urls.stable_signature):
        return None
    img = _img(image, urls, _by_width(image, whole, urls, table), layout or table.layout)
    return f"<picture>{_crops(image, urls, table)}{img}</picture>"


def _has_ratio_of(image: Image, rendition: Rendition) -> bool:
    if not image.width or not image.height:
        return False
    height = rendition.width * image.height / image.width
    width = rendition.height * image.width / image.height
    # Sides are rounded to whole pixels, so one of the two is off by less than one.
    return abs(height - rendition.height) < 1 or abs(width - rendition.width) < 1


def _by_width(
    image: Image, whole: Mapping[int, Rendition], urls: Urls, table: VariantsTable
) -> dict[int, str]:
    """The URL for each width in pixels, ascending.

    Those of variants are ready; only wider ones, up to the original's width, are rendered on
    demand.
    """
    ready = {width: urls.stable(whole[width].variant) for width in sorted(whole)}
    wider = [w for w in table.sizes.widths if max(ready) < w <= (image.width or 0)]
    return ready | {width: urls.width(width) for width in wider}


def _crops(image: Image, urls: Urls, table: VariantsTable) -> str:
    """Art direction: a source for each variant with a media condition, in the table's order."""
    media = {v.name: v.media for v in table.variants if v.media}
    shown = {r.variant: r for r in reversed(image.renditions)}
    return "".join(
        f'<source media="{escape(condition)}"'
        f' srcset="{escape(urls.stable(name))}"'
        f' width="{shown[name].width}" height="{shown[name].height}">'
        for name, condition in media.items()
        if name in shown
    )


def _img(image: Image, urls: Urls, by_width: Mapping[int, str], layout: str) -> str:
    ready = [r for r in image.renditions if _has_ratio_of(image, r)]
    largest = max(ready, key=lambda r: r.width)
    style = ""
    if image.placeholder:
        background = f"{image.placeholder.color} url({image.placeholder.data_uri}) center/cover"
        style = f' style="background:{escape(background)}"'
    srcset = ", ".join(f"{url} {width}w" for width, url in by_width.items())
    source = urls.stable(largest.variant)
    # "auto" is for images that load lazily: browsers then know how wide the image is shown.
    return (
        f'<img src="{escape(source)}" srcset="{escape(srcset)}" sizes="auto, {escape(layout)}"'
        f' width="{largest.width}" height="{largest.height}"{_alt(image)}'
        f' loading="lazy" decoding="async"{style}>'
    )


def _alt(image: Image) -> str:
    """The attributes with the main alternative text: that of the first language."""
    language, text = next(iter(image.alt.items()), ("", ""))
    lang = f' lang="{escape(language)}"' if language else ""  # it covers attributes, too
    return f'{lang} alt="{escape(text)}"'
