"""A storage for `FileField` and `ImageField`: files go through this server to Darkroom.

For code that exists and forms without scripts. `DarkroomImageField` is better wherever it can be
used: with a storage, each file passes this server, and the model knows nothing of its image.
"""

import hashlib
import mimetypes
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from django_darkroom import api
from django_darkroom.conf import configuration

_CHUNK = 64 * 1024
_PREFIX = 27  # an id and a slash before the file's name


@deconstructible
class DarkroomStorage(Storage):
    """Stores pictures in Darkroom as the site's own. A stored name is `{image id}/{file name}`.

    `url()` is the picture with the given width in pixels, which Darkroom rounds up to the next one
    of its table; it is a 404 until the image is processed. Saving does not wait for that.
    """

    def __init__(self, width: int = 1920) -> None:
        self.width = width

    def url(self, name: str | None) -> str:
        """The picture's URL. ImproperlyConfigured without `IMAGES`."""
        return sized(id_of(name), width=self.width)

    def exists(self, name: str) -> bool:
        """No: a name contains the id of its image, so no two files have the same."""
        return False

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The file's name, without folders, and short enough that its id fits before it."""
        path = PurePosixPath(name.replace("\\", "/"))
        room = (max_length - _PREFIX if max_length else 255) - len(path.suffix)
        return f"{path.stem[: max(room, 1)]}{path.suffix}"

    def size(self, name: str) -> int:
        """The original's size in bytes; OSError."""
        return int(self._view(name).get("bytes") or 0)

    def delete(self, name: str) -> None:
        """Delete the image, its original and its renditions; OSError."""
        try:
            api.delete_image(id_of(name))
        except api.ApiError as reason:
            if reason.status != 404:
                raise OSError(str(reason)) from reason

    def get_created_time(self, name: str) -> datetime:
        """When its upload began; OSError."""
        return datetime.fromisoformat(self._view(name)["created_at"])

    def get_modified_time(self, name: str) -> datetime:
        """When its image last changed; OSError."""
        return datetime.fromisoformat(self._view(name)["updated_at"])

    def _save(self, name: str, content: File) -> str:
        digest = hashlib.sha256()
        for chunk in content.chunks(_CHUNK):
            digest.update(chunk)
        content.seek(0)
        filename = PurePosixPath(name).name
        order = {
            "filename": filename,
            "content_type": _type_of(filename, content),
            "size": content.size,
            "sha256": digest.hexdigest(),
        }
        try:
            image_id = api.upload(content, order)
        except api.ApiError as reason:
            raise OSError(str(reason)) from reason
        return f"{image_id}/{filename}"

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode not in ("r", "rb"):
            raise ValueError("Files in Darkroom can be read, or replaced by other files.")
        try:
            return ContentFile(api.original(id_of(name)), name=name)
        except api.ApiError as reason:
            raise OSError(str(reason)) from reason

    def _view(self, name: str) -> dict[str, Any]:
        try:
            return api.get_image(id_of(name))
        except api.ApiError as reason:
            raise OSError(str(reason)) from reason


def id_of(name: str | None) -> str:
    """The image's id in a stored name; ValueError."""
    image_id, slash, _filename = (name or "").partition("/")
    if not slash or not image_id.isalnum():
        raise ValueError(f"{name!r} is no name of Darkroom's storage.")
    return image_id


def sized(image_id: str, *, width: int = 0, height: int = 0, fit: str = "inside") -> str:
    """The URL of a size of an image of the site's own; ImproperlyConfigured without `IMAGES`."""
    from django_darkroom.markup import sized_url_of

    base = configuration().images.rstrip("/")
    if not base:
        raise ImproperlyConfigured(
            'DARKROOM["IMAGES"] is missing: the address of published images, without /i/.'
        )
    address = f"{base}/i/{quote(image_id, safe='')}"
    return sized_url_of(address, width=width, height=height, fit=fit)


def _type_of(filename: str, content: File) -> str:
    given = getattr(content, "content_type", None) or mimetypes.guess_type(filename)[0]
    return str(given or "application/octet-stream")
