"""Helpers for admin classes."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from django_darkroom.images import DarkroomImage
from django_darkroom.snapshots import current

_HEIGHT = 48


def thumbnail(field: str, description: str = "") -> Callable[[Any], SafeString | str]:
    """A column for `list_display`: a small picture, or the image's state until it is ready."""

    @admin.display(description=description or field.replace("_", " ").capitalize(), ordering=None)
    def shown(instance: Any) -> SafeString | str:
        image: DarkroomImage | None = getattr(instance, field)
        return picture(image) if image else ""

    shown.__name__ = f"{field}_thumbnail"
    return shown


def picture(image: DarkroomImage) -> SafeString | str:
    """A small picture of the image, or its state until it is ready."""
    shown = current(image)
    if not shown.is_ready:
        return str(shown)
    smallest = min(
        shown.whole or shown.renditions, key=lambda r: (r.height < 2 * _HEIGHT, r.height)
    )
    return format_html(
        '<img src="{}" alt="{}" height="{}" loading="lazy">',
        smallest.url,
        shown.main_alt or shown.filename,
        _HEIGHT,
    )
