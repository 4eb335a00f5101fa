"""Manifests: each image as the API shows it, beside its renditions, to rebuild the table from."""

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from chalicelib import keys, views
from chalicelib.ports import ImageTable, ObjectStore, StoredObject
from chalicelib.records import Event, Image, Rendition
from chalicelib.settings import Settings
from chalicelib.views import ImageView


class Ledger(Struct, frozen=True, kw_only=True):
    """What the record knows beside what the API shows."""

    bucket: str
    sequencer: str
    etag: str | None
    version_id: str | None
    rules: dict[str, str]
    marked: tuple[str, ...]


class Manifest(ImageView, frozen=True, kw_only=True):
    """An image as the API shows it, and its ledger."""

    ledger: Ledger


msgspec.json.Decoder(Manifest)  # prepared before threads decode it; see records.py


class Manifests:
    """Writes manifests."""

    def __init__(self, objects: ObjectStore, table: ImageTable, settings: Settings) -> None:
        self._objects = objects
        self._table = table
        self._settings = settings

    def write(self, image: Image, *following: Event) -> str:
        """Store the manifest of `image`: its ETag.

        The table does not have the `following` lines yet.
        """
        history = (*self._table.history(image.id), *following)
        view = views.show(image, self._settings.public_url, history)
        ledger = Ledger(**{name: getattr(image, name) for name in Ledger.__struct_fields__})
        shown = {name: getattr(view, name) for name in ImageView.__struct_fields__}
        return self._objects.write(
            self._settings.images_bucket,
            keys.manifest_key(image.id),
            msgspec.json.encode(Manifest(**shown, ledger=ledger)),
            content_type="application/json",
            cache_control="no-cache",
        )


def read_manifest(stored: StoredObject) -> tuple[Image, tuple[Event, ...]]:
    """The record and the history that a manifest tells; MsgspecError for what is none."""
    manifest = msgspec.json.decode(stored.data, type=Manifest)
    names = set(Image.__struct_fields__) & set(ImageView.__struct_fields__) - {"renditions"}
    known = {name: getattr(manifest, name) for name in names} | asdict(manifest.ledger)
    known["manifest_etag"] = stored.etag
    renditions = tuple(
        Rendition(**{name: getattr(shown, name) for name in Rendition.__struct_fields__})
        for shown in manifest.renditions
    )
    history = tuple(manifest.history or ())
    return Image(**known, renditions=renditions, revision=len(history)), history
