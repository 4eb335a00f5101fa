"""The `<picture>` element that shows an image: every size, the right crop, no layout shift.

Its URLs are stable, and the CDN answers each with the best format that the browser shows: pasted
into a page, it goes on working whatever happens to variants, focal point and original. HDR displays
are offered the JPEGs with a gain map, where there are some; all others show what they always do.
"""

import re
from collections.abc import Mapping
from html import escape

from chalicelib.model.delivery import Urls
from chalicelib.model.image import Image, Rendition
from chalicelib.model.variants import VariantsTable

_ON_HDR = "(dynamic-range: high)"
_HDR_SUFFIX, _HDR_TYPE = "jpg", ' type="image/jpeg"'
_SIMPLE = re.compile(r"\([^()]*\)(?: and \([^()]*\))*")


def picture(image: Image, urls: Urls, table: VariantsTable, layout: str = "") -> str | None:
    """HTML for the image; None if there is no rendition that shows all of it.

    Also None without a signature for the URLs of a private image: it would show nothing.

    `layout` is the `sizes` attribute: how wide the page shows it, in CSS. By default it is the
    table's.
    """
    whole = {r.width: r for r in reversed(image.renditions) if _has_ratio_of(image, r)}
    if not whole or (urls.private and not urls.stable_signature):
        return None
    layout = layout or table.layout
    img = _img(image, urls, _by_width(image, whole, urls, table), layout)
    return f"<picture>{_crops(image, urls, table)}{_hdr(image, urls, layout)}{img}</picture>"


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
    hdr = {r.variant for r in image.renditions if r.hdr}
    sources = []
    for name, condition in media.items():
        on_hdr = _on_hdr(condition) if name in hdr else ""
        if on_hdr:
            sources.append(_source(on_hdr, urls.stable(name, _HDR_SUFFIX), shown[name], _HDR_TYPE))
        if name in shown:
            sources.append(_source(condition, urls.stable(name), shown[name]))
    return "".join(sources)


def _hdr(image: Image, urls: Urls, layout: str) -> str:
    """A source for HDR displays: every rendition with a gain map that shows the whole image."""
    found = [r for r in reversed(image.renditions) if r.hdr and _has_ratio_of(image, r)]
    if not found:
        return ""
    by_width = {r.width: r for r in sorted(found, key=lambda r: r.width)}
    srcset = ", ".join(
        f"{urls.stable(rendition.variant, _HDR_SUFFIX)} {width}w"
        for width, rendition in by_width.items()
    )
    sizes = f' sizes="auto, {escape(layout)}"'
    return _source(_ON_HDR, srcset, by_width[max(by_width)], f"{_HDR_TYPE}{sizes}")


def _source(condition: str, srcset: str, shown: Rendition, attributes: str = "") -> str:
    return (
        f'<source media="{escape(condition)}"{attributes} srcset="{escape(srcset)}"'
        f' width="{shown.width}" height="{shown.height}">'
    )


def _on_hdr(condition: str) -> str:
    """The condition, and an HDR display; empty if they cannot be combined.

    A list of queries, and media types such as `screen`, may not stand behind `and`.
    """
    if not condition.startswith(("(", "not (")) or "," in condition:
        return ""
    if _SIMPLE.fullmatch(condition):
        return f"{_ON_HDR} and {condition}"
    return f"{_ON_HDR} and ({condition})"


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
