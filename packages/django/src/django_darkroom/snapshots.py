"""Keeps the stored snapshots of images up to date with Darkroom."""

from collections.abc import Iterator

from django.apps import apps
from django.core.cache import cache
from django.db.models import Model, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from django_darkroom import api
from django_darkroom.fields import DarkroomImageField
from django_darkroom.images import DarkroomImage, from_dict, from_view

_PAUSE = 5  # seconds between two requests for an image that a page shows before it is ready
_SIGNED = 1800  # seconds; URLs of private images work for 2,700 at least


def fetch(image_id: str, owner: str = "") -> DarkroomImage:
    """The image as it is now; ApiError."""
    return from_view(api.get_image(image_id, owner))


def refresh(image: DarkroomImage) -> DarkroomImage:
    """The image as it is now, which is stored wherever it is used if it has changed; ApiError."""
    found = fetch(image.id, image.owner)
    if found != image:
        store(found)
    return found


def current(image: DarkroomImage) -> DarkroomImage:
    """What a page should show: the snapshot, unless it cannot be used any more.

    An image that was not ready is requested again, at most every five seconds, and so are the URLs
    of a private image, every half an hour. If Darkroom does not respond, the snapshot has to do.
    """
    if image.is_final and not (image.is_private and image.is_ready):
        return image
    key = f"darkroom:{image.id}"
    cached = cache.get(key)
    if cached is not None:
        found = from_dict(cached)
        return image if found.updated_at < image.updated_at else found
    try:
        found = refresh(image)
    except api.ApiError:
        found = image
    lasting = found.is_private and found.is_ready and found is not image
    cache.set(key, found.to_dict(), _SIGNED if lasting else _PAUSE)
    return found


def store(image: DarkroomImage) -> int:
    """Replace the snapshots of this image in all models: how many rows have changed.

    A snapshot that is newer stays.
    """
    changed = 0
    for model, field in image_fields():
        rows = model._base_manager.filter(**{f"{field.name}__id": image.id})
        if image.updated_at:
            # As a text: databases compare times of this form alike, while JSON's lookups differ.
            rows = rows.alias(_at=Cast(KT(f"{field.name}__updated_at"), TextField()))
            rows = rows.exclude(_at__gt=image.updated_at)
        changed += rows.update(**{field.name: image})
    return changed


def unfinished() -> Iterator[DarkroomImage]:
    """The stored images whose processing had not ended, each once."""
    seen: set[str] = set()
    for model, field in image_fields():
        rows = model._base_manager.exclude(**{f"{field.name}__isnull": True})
        waiting = rows.filter(**{f"{field.name}__status__in": ["pending", "processing"]})
        for image in waiting.values_list(field.name, flat=True).iterator():
            if image and image.id not in seen:
                seen.add(image.id)
                yield image


def image_fields() -> Iterator[tuple[type[Model], DarkroomImageField]]:
    """Every field of a table for images."""
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, DarkroomImageField):
                yield model, field
