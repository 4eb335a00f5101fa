"""The records of all images on DynamoDB: one table, hash key `id`, range key `entry`."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from botocore.exceptions import ClientError
from msgspec.structs import replace

from chalicelib.aws import clients, items, rows, search_entries
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.aws.outbox import outbox_item
from chalicelib.aws.table_keys import HISTORY, RECORD, checksum_key
from chalicelib.errors import RecordChanged, TransientError
from chalicelib.model import search
from chalicelib.model.image import RECENT, WAITING, Event, Image, Status
from chalicelib.model.outbox_event import OutboxEvent
from chalicelib.ports.images import ImageRepository

# Markers that earlier versions wrote have no revision.
_OWN_MARKER = "image_id = :id AND (attribute_not_exists(revision) OR revision <= :revision)"
_THREADS = 8  # each with a request; records of earlier versions have thousands of checksums
_LARGEST_TRANSACTION = 100  # actions
_LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})

Action = dict[str, dict[str, Any]]


class DynamoImages(ImageRepository):
    """DynamoDB implementation of ImageRepository."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get(self, image_id: str) -> Image | None:
        """The current record, read consistently."""
        with translate_transient_errors("DynamoDB"):
            response = clients.dynamodb().get_item(
                TableName=self._name,
                Key=items.row_key(image_id, RECORD),
                ConsistentRead=True,
            )
        item = response.get("Item")
        return items.image_of(item) if item else None

    def get_many(self, image_ids: Collection[str]) -> dict[str, Image]:
        """The current records, read consistently; ids without a record are left out."""
        return {
            id_: items.image_of(item)
            for id_, item in rows.read_records(self._name, image_ids).items()
        }

    def history(self, image_id: str) -> tuple[Event, ...]:
        """The latest history lines, at most 100, oldest first."""
        with translate_transient_errors("DynamoDB"):
            page = clients.dynamodb().query(
                TableName=self._name,
                KeyConditionExpression="id = :id AND begins_with(entry, :history)",
                ExpressionAttributeValues=items.serialized({":id": image_id, ":history": HISTORY}),
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=RECENT,
            )
        return tuple(items.event_of(item) for item in reversed(page["Items"]))

    def write(
        self,
        image: Image,
        event: Event,
        outbox_event: OutboxEvent | None,
        before: Image | None = None,
    ) -> Image:
        """Write record, history line, outbox event and search entries at once; see `put`."""
        before = self._before(image, before)
        written = replace(image, revision=image.revision + 1, unindexed=False)
        rows = _rows(before, written, event, outbox_event)
        entries = search_entries.changes(before, written)
        if before and len(rows) + len(entries) > _LARGEST_TRANSACTION:
            before = self._unindex(before)
            rows = _rows(before, written, event, outbox_event)
            entries = search_entries.changes(before, written)
        self._transact([*rows, *entries])
        return written

    def index(self, image: Image) -> bool:
        """Write the search entries of an `unindexed` image, and nothing else.

        False if the record has changed; whoever changed it has written them.
        """
        indexed = replace(image, unindexed=False)
        try:
            self._transact([_record(image, indexed), *search_entries.changes(None, indexed)])
        except RecordChanged:
            return False
        return True

    def find_ready(self, owner: str, sha256: str) -> Image | None:
        """The owner's ready image with this checksum (hex), found through its marker."""
        marker = rows.read(self._name, checksum_key(owner, sha256), RECORD)
        image = self.get(marker["image_id"]["S"]) if marker else None
        if image and (image.status, image.sha256, image.owner) == (Status.READY, sha256, owner):
            return image
        return None

    def restore(self, image: Image, history: Sequence[Event]) -> bool:
        """Write a record, its marker and its history unchanged, unless there is a record."""
        first = max(1, image.revision - len(history) + 1)
        lines = [items.history_item(image, event, n) for n, event in enumerate(history, first)]
        if image.status is Status.READY and image.sha256:
            lines.append(items.marker_item(image))
        for line in lines:
            rows.put(self._name, line)
        # Last, so that an interrupted restore starts again.
        try:
            self._transact([_record(None, image), *search_entries.changes(None, image)])
        except RecordChanged:
            return False
        return True

    def remove_checksums(self, image: Image, checksums: Sequence[str]) -> None:
        """Remove the markers of these checksums that `image` wrote, up to its revision."""
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(partial(self._delete_marker, image), checksums))

    def _delete_marker(self, image: Image, sha256: str) -> None:
        own = items.serialized({":id": image.id, ":revision": image.revision})
        try:
            with translate_transient_errors("DynamoDB"):
                clients.dynamodb().delete_item(
                    TableName=self._name,
                    Key=items.marker_key(image, sha256),
                    ConditionExpression=_OWN_MARKER,
                    ExpressionAttributeValues=own,
                )
        except ClientError as reason:
            # Not by the client's own class of it, which may differ between threads.
            if code_of(reason) != "ConditionalCheckFailedException":
                raise

    def _before(self, image: Image, before: Image | None) -> Image | None:
        """The record that `image` replaces; RecordChanged if it has been replaced already."""
        if not image.revision:
            return None
        before = before or self.get(image.id)
        if before is None or before.revision != image.revision:
            raise RecordChanged("The record was changed concurrently.")
        return before

    def _unindex(self, image: Image) -> Image:
        """Remove the image's search entries, when not all changes fit into one transaction.

        Should the next one fail, the record says that it has none.
        """
        unindexed = replace(image, unindexed=True)
        self._transact([_record(image, unindexed), *search_entries.changes(image, None)])
        return unindexed

    def _transact(self, actions: Sequence[Action]) -> None:
        for action in actions:
            for parameters in action.values():
                parameters["TableName"] = self._name
        try:
            with translate_transient_errors("DynamoDB"):
                clients.dynamodb().transact_write_items(
                    TransactItems=actions  # type: ignore[arg-type]
                )
        except ClientError as reason:
            raise _translated(reason) from reason


def _rows(
    before: Image | None, written: Image, event: Event, outbox_event: OutboxEvent | None
) -> list[Action]:
    actions = [
        _record(before, written),
        {"Put": {"Item": items.history_item(written, event, written.revision)}},
    ]
    if written.ticket.expires_at and written.status not in WAITING:
        # The history line of a used ticket must not expire like those of unused ones.
        actions.append({"Put": {"Item": items.ticket_item(written)}})
    if written.status is Status.READY and written.sha256:
        actions.append({"Put": {"Item": items.marker_item(written)}})
    if outbox_event:
        actions.append({"Put": {"Item": outbox_item(outbox_event)}})
    return actions


def _record(before: Image | None, written: Image) -> Action:
    """The record, on the condition that the present one is still `before`, with its entries."""
    row = {"Item": items.record_item(written)}
    if before is None:
        return {"Put": row | {"ConditionExpression": "attribute_not_exists(id)"}}
    unindexed = "attribute_not_exists(index_version) OR index_version <> :version"
    condition = unindexed if before.unindexed else "index_version = :version"
    values = {":revision": before.revision, ":version": search.VERSION}
    return {
        "Put": row
        | {
            "ConditionExpression": f"revision = :revision AND ({condition})",
            "ExpressionAttributeValues": items.serialized(values),
        }
    }


def _translated(reason: ClientError) -> Exception:
    if code_of(reason) != "TransactionCanceledException":
        return reason
    causes = {cause.get("Code") for cause in reason.response.get("CancellationReasons", [])}
    if causes & _LOST_RACES:
        return RecordChanged("The record was changed concurrently.")
    return TransientError("DynamoDB is temporarily unavailable.")
