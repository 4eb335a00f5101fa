"""HTML for images: `srcset`, and an `<img>` that takes its space before it has loaded."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from django_darkroom.conf import configuration
from django_darkroom.images import DarkroomImage

_AUTO = "auto, "


def srcset(image: DarkroomImage) -> str:
    """The attribute `srcset`: every width that shows all of the image; empty without one."""
    return ", ".join(f"{rendition.url} {rendition.width}w" for rendition in image.whole)


def img(image: DarkroomImage, attributes: Mapping[str, Any] | None = None) -> SafeString:
    """An `<img>` of the image with these attributes; empty if it is not ready.

    `sizes` says how wide the page shows it, by default as wide as the window. It loads lazily
    unless `loading` says otherwise. An attribute that is None or False is left out.
    """
    if not image.is_ready:
        return SafeString("")
    shown = (image.whole or image.renditions)[-1]
    given = dict(attributes or {})
    layout = given.pop("sizes", None) or "100vw"
    lazy = given.get("loading", "lazy") == "lazy"
    found: dict[str, Any] = {"src": shown.url}
    if image.whole:
        # "auto" is for images that load lazily: browsers then know how wide the image is shown.
        sizes = f"{_AUTO}{layout}" if lazy and not layout.startswith("auto") else layout
        found |= {"srcset": srcset(image), "sizes": sizes}
    found |= {"width": shown.width, "height": shown.height, "alt": image.main_alt}
    found |= {"loading": "lazy", "decoding": "async"}
    if image.placeholder:
        found["style"] = f"background:{image.color} url({image.placeholder}) center/cover"
    found |= given
    # flatatt leaves out what is None or False.
    return format_html("<img{}>", flatatt(found))


def sized_url(image: DarkroomImage, *, width: int = 0, height: int = 0, fit: str = "inside") -> str:
    """The URL of another size in pixels, rendered when it is first requested; empty if not ready.

    Without `SIGNING_KEY` only a width can be asked for, which Darkroom rounds up to the next one
    of its table.
    """
    found = image.url()
    if not found:
        return ""
    parts = urlsplit(found)
    address = urlunsplit(parts._replace(path=parts.path.rpartition("/")[0]))
    return sized_url_of(address, width=width, height=height, fit=fit)


def sized_url_of(address: str, *, width: int, height: int, fit: str) -> str:
    """The URL of a size of the image whose URL without a variant is `address`; see `sized_url`."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    wanted = {"w": width, "h": height}
    options = {name: str(pixels) for name, pixels in wanted.items() if pixels}
    key = configuration().signing_key
    if key:
        options |= {"fit": fit} if fit != "inside" else {}
        signed = f"{_signed_path(parts.path)}?{urlencode(sorted(options.items()))}"
        options["s"] = hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()
    else:
        options.pop("h", None)
    return urlunsplit(parts._replace(query=urlencode(options | query)))


def _signed_path(path: str) -> str:
    """The path without what a reverse proxy may have put before it."""
    private = path.rfind("/private/i/")
    return path[private if private >= 0 else path.rindex("/i/") :]
