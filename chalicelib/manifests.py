"""Manifests: each image as the API shows it, beside its renditions, to rebuild the table from."""

import msgspec

from chalicelib import keys, views
from chalicelib.ports import ImageTable, ObjectStore
from chalicelib.records import Event, Image
from chalicelib.settings import Settings


class Manifests:
    """Writes manifests."""

    def __init__(self, objects: ObjectStore, table: ImageTable, settings: Settings) -> None:
        self._objects = objects
        self._table = table
        self._settings = settings

    def write(self, image: Image, *following: Event) -> None:
        """Store the manifest of `image`; the table does not have the `following` lines yet."""
        history = (*self._table.history(image.id), *following)
        view = views.show(image, self._settings.public_url, history)
        self._objects.write(
            self._settings.images_bucket,
            keys.manifest_key(image.id),
            msgspec.json.encode(view),
            content_type="application/json",
            cache_control="no-cache",
        )
