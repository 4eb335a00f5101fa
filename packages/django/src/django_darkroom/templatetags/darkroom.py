"""`{% load darkroom %}`: images, their `srcset` and URLs."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from django_darkroom import markup, snapshots
from django_darkroom.images import DarkroomImage

register = template.Library()


@register.simple_tag
def darkroom_img(image: DarkroomImage | None, **attributes: Any) -> SafeString:
    """`{% darkroom_img obj.photo sizes="50vw" class="hero" %}`: an `<img>`; empty if not ready.

    An underscore in a name stands for a hyphen: `data_id`.
    """
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return markup.img(snapshots.current(image), named) if image else SafeString("")


@register.simple_tag
def darkroom_srcset(image: DarkroomImage | None) -> str:
    """`{% darkroom_srcset obj.photo %}`: the value of an attribute `srcset`."""
    return markup.srcset(snapshots.current(image)) if image else ""


@register.simple_tag
def darkroom_url(
    image: DarkroomImage | None, variant: str = "", width: int = 0, height: int = 0, fit: str = ""
) -> str:
    """`{% darkroom_url obj.photo "thumb" %}` or `{% darkroom_url obj.photo width=640 %}`: a URL."""
    if not image:
        return ""
    shown = snapshots.current(image)
    if width or height:
        return markup.sized_url(shown, width=width, height=height, fit=fit or "inside")
    return shown.url(variant)
