"""What the sweep and the operator ask of the table, beside what images' ways ask."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.aws import clients, items, rows
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.aws.items import Item
from chalicelib.errors import PassingFault
from chalicelib.records import Event, Image, Status

BY_UNFINISHED = "by_unfinished"
LARGEST_BATCH = 100  # keys that BatchGetItem takes

_LAST_WRITTEN = "unfinished = :key AND updated_at BETWEEN :first AND :last"
_MOST_ASKS = 20  # for what a throttled batch left out
_BOOKMARKS = "sweep"  # the hash key under which bookmarks are; no image has such an id


class Upkeep:
    """The part of an ImageTable that looks at many images."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get_many(self, image_ids: Collection[str]) -> dict[str, Image]:
        """The current records of those that have one, read consistently."""
        return {id_: items.image_of(item) for id_, item in self._records(image_ids).items()}

    def unfinished(
        self, status: Status, after: datetime | None, before: datetime, limit: int
    ) -> tuple[Image, ...]:
        """At most `limit` unfinished images of `status`, last written between, oldest first."""
        first = items.sortable(after) + "~" if after else "0"
        found: list[Item] = []
        while len(found) < limit:
            keys = self._oldest(status, first, items.sortable(before), limit)
            found += self._led_to(keys)
            if len(keys) < limit:
                break
            first = keys[-1]["updated_at"]["S"] + "~"
        return tuple(items.image_of(item) for item in found[:limit])

    def forget_bytes(self, image: Image) -> None:
        """Remove the markers of all bytes that the image has had, where they lead to it."""
        for sha256 in image.marked:
            self._forget(items.marker_item(replace(image, sha256=sha256)))

    def restore(self, image: Image, history: Sequence[Event]) -> bool:
        """Write a record, its marker and its history as they were, unless there is a record."""
        lines = [items.history_item(image, event, n) for n, event in enumerate(history, 1)]
        if image.status is Status.READY and image.sha256:
            lines.append(items.marker_item(image))
        for line in lines:
            self._write(line)
        # Last: a restoring that was interrupted begins anew.
        return rows.add(self._name, items.record_item(image))

    def bookmark(self, name: str) -> str:
        """The text that was kept under `name`; empty at first."""
        row = rows.read(self._name, _BOOKMARKS, name)
        return str(row["text"]["S"]) if row else ""

    def set_bookmark(self, name: str, text: str) -> None:
        """Keep `text` under `name`."""
        self._write(items.serialized({"id": _BOOKMARKS, "entry": name, "text": text}))

    def _oldest(self, status: Status, first: str, last: str, limit: int) -> list[Item]:
        found: list[Item] = []
        for key in items.unfinished_keys(status):
            between = {":key": key, ":first": first, ":last": last}
            with passing_faults_renamed("DynamoDB"):
                page = clients.dynamodb().query(
                    TableName=self._name,
                    IndexName=BY_UNFINISHED,
                    KeyConditionExpression=_LAST_WRITTEN,
                    ExpressionAttributeValues=items.serialized(between),
                    Limit=limit,
                )
            found += page["Items"]
        return sorted(found, key=lambda item: item["updated_at"]["S"])[:limit]

    def _led_to(self, keys: Sequence[Item]) -> list[Item]:
        """The records that keys of an index lead to, in their order.

        The index follows the table: what is gone, or stands elsewhere in it by now, is left out.
        """
        records = self._records([key["id"]["S"] for key in keys])
        found = [(key, records.get(key["id"]["S"])) for key in keys]
        return [record for key, record in found if record and key.items() <= record.items()]

    def _records(self, image_ids: Iterable[str]) -> dict[str, Item]:
        asked = sorted(set(image_ids))
        batches = [asked[i : i + LARGEST_BATCH] for i in range(0, len(asked), LARGEST_BATCH)]
        return {item["id"]["S"]: item for batch in batches for item in self._batch(batch)}

    def _forget(self, marker: Item) -> None:
        dynamodb = clients.dynamodb()
        with (
            passing_faults_renamed("DynamoDB"),
            suppress(dynamodb.exceptions.ConditionalCheckFailedException),
        ):
            dynamodb.delete_item(
                TableName=self._name,
                Key={name: marker[name] for name in ("id", "entry")},
                ConditionExpression="image_id = :id",
                ExpressionAttributeValues={":id": marker["image_id"]},
            )

    def _batch(self, image_ids: list[str]) -> list[Item]:
        keys = [items.serialized({"id": id_, "entry": items.RECORD}) for id_ in image_ids]
        asked: dict[str, Any] = {self._name: {"Keys": keys, "ConsistentRead": True}}
        found: list[Item] = []
        for _ in range(_MOST_ASKS):
            with passing_faults_renamed("DynamoDB"):
                answer = clients.dynamodb().batch_get_item(RequestItems=asked)
            found += answer["Responses"].get(self._name, [])
            asked = dict(answer["UnprocessedKeys"])
            if not asked:
                return found
        raise PassingFault("DynamoDB cannot answer right now.")

    def _write(self, row: Item) -> None:
        with passing_faults_renamed("DynamoDB"):
            clients.dynamodb().put_item(TableName=self._name, Item=row)
