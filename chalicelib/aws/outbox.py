"""The outbox on DynamoDB: events stored with their record until they are published.

They have separate hash keys, so that the functions' policies can allow deleting events but not
records.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib.aws import clients, items
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.aws.items import Item
from chalicelib.aws.table_keys import pending_entry, pending_key
from chalicelib.errors import TransientError
from chalicelib.model.image import sortable
from chalicelib.model.keys import ALPHABET
from chalicelib.model.outbox_event import OutboxEvent

_PAGE = 10  # EventBridge accepts ten events at once


class DynamoOutbox:
    """DynamoDB implementation of Outbox."""

    def __init__(self, name: str) -> None:
        self._name = name

    def pending(
        self, before: datetime, beyond: datetime | None = None
    ) -> Iterator[Sequence[OutboxEvent]]:
        """All events older than `before`, or later than `beyond` if it is given."""
        for shard in ALPHABET:
            yield from self._between(shard, "0", sortable(before))
            if beyond:
                yield from self._between(shard, sortable(beyond) + "~", "~")

    def _between(self, shard: str, first: str, last: str) -> Iterator[Sequence[OutboxEvent]]:
        between = {":id": pending_key(shard), ":first": first, ":last": last}
        query = (
            clients.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self._name,
                KeyConditionExpression="id = :id AND entry BETWEEN :first AND :last",
                ExpressionAttributeValues=items.serialized(between),
                ConsistentRead=True,
                PaginationConfig={"PageSize": _PAGE},
            )
        )
        with translate_transient_errors("DynamoDB"):
            for page in query:
                if page["Items"]:
                    yield [_outbox_event_of(item) for item in page["Items"]]

    def mark_published(self, outbox_events: Sequence[OutboxEvent]) -> None:
        """Remove these events; no error if they are already removed.

        TransientError for any failure: publishing an event again does no harm.
        """
        for outbox_event in outbox_events:
            item = outbox_item(outbox_event)
            try:
                with translate_transient_errors("DynamoDB"):
                    clients.dynamodb().delete_item(
                        TableName=self._name, Key={name: item[name] for name in ("id", "entry")}
                    )
            except ClientError as reason:
                raise TransientError(f"DynamoDB returned {code_of(reason)}.") from reason


def outbox_item(outbox_event: OutboxEvent) -> Item:
    """The item of an outbox event."""
    return items.serialized(
        {
            "id": pending_key(outbox_event.image_id),
            "entry": pending_entry(outbox_event),
            "name": outbox_event.name,
            "detail": outbox_event.detail,
        }
    )


def _outbox_event_of(item: Item) -> OutboxEvent:
    at, image_id, revision = item["entry"]["S"].split("#")
    return OutboxEvent(
        image_id=image_id,
        revision=int(revision),
        name=item["name"]["S"],
        at=datetime.fromisoformat(at),
        detail=item["detail"]["S"],
    )
