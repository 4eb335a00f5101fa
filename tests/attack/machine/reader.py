"""Checks after each change what no reader may ever see, and what no store may be asked to do."""

import traceback
from collections.abc import Mapping
from datetime import datetime
from itertools import product
from typing import Any

from chalicelib.aws import items, table_keys
from chalicelib.errors import NotFound, TransientError
from chalicelib.model import keys
from chalicelib.model.image import Image, Status
from ops.local import names
from tests.attack.machine.calls import Killed
from tests.attack.machine.clock import Clock
from tests.attack.machine.deliveries import AGAIN, Post
from tests.attack.machine.model import Model
from tests.attack.machine.pictures import (
    BY_SHA256,
    CONTENTS,
    TABLES,
    recipes_shown_by,
    rendered,
    suggestions,
)
from tests.attack.machine.stores import Stores

_RECORD = {"S": table_keys.RECORD}
_DATED = ("PutObject", "CopyObject")


class Reader:
    """Checks each image after each change; `violations` are sentences."""

    def __init__(self, stores: Stores, model: Model, clock: Clock, post: Post) -> None:
        self._stores = stores
        self._model = model
        self._clock = clock
        self._post = post
        self._modified: dict[tuple[str, str], datetime] = {}
        self.violations: list[str] = []

    def see(self, operation: str, parameters: Mapping[str, Any], answer: dict[str, Any]) -> None:
        """Check an operation that a store has done for the application."""
        if "Bucket" not in parameters:
            self._table_changed(parameters)
            return
        bucket, key = parameters["Bucket"], parameters.get("Key", "")
        if operation in _DATED:
            self.stored(bucket, key, self._clock())
            if bucket == names.UPLOADS_BUCKET:
                self.violate(f"The application has written the original {key}.")
        elif operation == "DeleteObject" and bucket == names.UPLOADS_BUCKET:
            self._original_erased(key, parameters.get("VersionId"))
        elif operation == "DeleteObject":
            self._file_erased(key)
        elif operation == "ListObjectsV2":
            for entry in answer.get("Contents", ()):
                entry["LastModified"] = self._modified.get((bucket, entry["Key"]), self._clock())

    def stored(self, bucket: str, key: str, at: datetime) -> None:
        """Record when an object was written."""
        self._modified[bucket, key] = at

    def violate(self, sentence: str) -> None:
        """Record something that must not happen."""
        self.violations.append(sentence)

    def raised(self, function: str, error: BaseException) -> None:
        """Check a function's error: only transient errors and kills are allowed."""
        gone = isinstance(error, NotFound) and function == AGAIN
        if not gone and not isinstance(error, TransientError | Killed):
            trace = "".join(traceback.format_exception(error))
            self.violate(f"{function} has raised an error that is not transient:\n{trace}")

    def _table_changed(self, parameters: Mapping[str, Any]) -> None:
        for action in parameters.get("TransactItems", ()):
            item = action.get("Put", {}).get("Item", {})
            if item.get("entry") == _RECORD and "status" in item:
                self._check(items.image_of(item))

    def _original_erased(self, key: str, version_id: str | None) -> None:
        original = self._model.originals.get(key)
        version = original.versions.get(version_id or "") if original else None
        self._post.object_changed(key, removed=True, versionId=version_id)
        if original and version and not original.may_be_erased(version):
            self.violate(f"{key} ({version.content}) was deleted, and nobody had requested that.")

    def _file_erased(self, key: str) -> None:
        image = self._stores.record(keys.without_private(key).partition("/")[0])
        if image and image.renditions:
            self._check_files(image)

    def _check(self, image: Image) -> None:
        original = self._model.of_image(image.id)
        if original and original.ticket:
            if original.gone_for_good and image.status is not Status.DELETED:
                self.violate(f"The deleted image {image.id} is back as {image.status}.")
            original.gone_for_good |= image.deletion.permanent
        if image.renditions:
            self._check_files(image)

    def _check_files(self, image: Image) -> None:
        present = self._stores.objects(names.IMAGES_BUCKET, image.files_prefix)
        missing = [key for key in image.processed_files if key not in present]
        if missing:
            self.violate(f"{image.id} is {image.status}, but {missing} are missing.")
        shown = {key.removeprefix(image.files_prefix) for key in image.processed_files}
        if not any(shown == set(files) for files in _sets_of(image)):
            self.violate(
                f"{image.id} is {image.status} with a set of files of no picture: {shown}."
            )


def _sets_of(image: Image) -> list[Mapping[str, str]]:
    """The sets of files that a reader may see: of its own picture where it is ready."""
    good = [content for content in CONTENTS.values() if content.reason is None]
    if image.status is Status.READY:
        good = [BY_SHA256[image.sha256 or ""]]
    own = {image.focal_point} if image.focal_point else set()
    recipes = recipes_shown_by(image.edits)
    return [
        rendered(content.name, table, point, edits)
        for content, table, edits in product(good, TABLES, recipes)
        for point in {*own, *suggestions(content.name, edits)}
    ]
