"""The records of all images on DynamoDB: one table, hash key `id`, range key `entry`."""

from typing import Any

from botocore.exceptions import ClientError
from msgspec.structs import replace

from chalicelib.aws import clients, items, rows
from chalicelib.aws.faults import code_of, passing_faults_renamed
from chalicelib.aws.items import Item
from chalicelib.aws.outbox import Outbox, notice_item
from chalicelib.aws.upkeep import LARGEST_BATCH, Upkeep
from chalicelib.errors import PassingFault, RecordChanged
from chalicelib.notices import Notice
from chalicelib.ports import Page
from chalicelib.records import WAITING, Event, Image, Status

BY_OWNER = "by_owner"
_MOST_QUERIES = 10  # for one page: a rare status must not read all records in one call
_LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class DynamoImages(Upkeep, Outbox):
    """The ImageTable that a DynamoDB table is."""

    def get(self, image_id: str) -> Image | None:
        """The current record, read consistently."""
        item = self._get(image_id)
        return items.image_of(item) if item else None

    def history(self, image_id: str) -> tuple[Event, ...]:
        """All history lines, oldest first."""
        query = (
            clients.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self._name,
                KeyConditionExpression="id = :id AND begins_with(entry, :history)",
                ExpressionAttributeValues=items.serialized(
                    {":id": image_id, ":history": items.HISTORY}
                ),
                ConsistentRead=True,
            )
        )
        with passing_faults_renamed("DynamoDB"):
            return tuple(items.event_of(item) for page in query for item in page["Items"])

    def put(self, image: Image, event: Event, notice: Notice | None = None) -> Image:
        """Write record, history line and notice in one transaction, under the revision read."""
        written = replace(image, revision=image.revision + 1)
        try:
            with passing_faults_renamed("DynamoDB"):
                clients.dynamodb().transact_write_items(
                    TransactItems=self._writes(image, written, event, notice)
                )
        except ClientError as reason:
            raise _renamed(reason) from reason
        return written

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        """A page of the owner's index, newest first; with a rare `status` it may be short."""
        query = _query(self._name, owner, limit + 1)
        if cursor:
            query["ExclusiveStartKey"] = items.start_after(cursor, owner)
        # Without a status the next key proves that there are more; with one it may be of another.
        enough = limit if status is None else limit + 1
        found: list[Item] = []
        for _ in range(_MOST_QUERIES):
            with passing_faults_renamed("DynamoDB"):
                page = clients.dynamodb().query(**query)
            keys, rest = page["Items"], page.get("LastEvaluatedKey")
            if len(keys) > LARGEST_BATCH:
                # That there is one more is all that is asked of it: no second batch for its record.
                keys, rest = keys[:LARGEST_BATCH], keys[LARGEST_BATCH - 1]
            records = self._led_to(keys)
            found += [item for item in records if status in (None, item["status"]["S"])]
            if len(found) >= enough or not rest:
                break
            query |= {"ExclusiveStartKey": rest, "Limit": LARGEST_BATCH}
        # More than the limit was found, or less because other statuses filled the pages.
        last = found[limit - 1] if len(found) > limit else rest
        shown = tuple(items.image_of(item) for item in found[:limit])
        return Page(images=shown, next_cursor=items.cursor_after(last) if last else None)

    def find_ready(self, owner: str, sha256: str) -> Image | None:
        """The owner's ready image with these bytes, through the marker that its record left."""
        marker = self._get(items.fingerprint(owner, sha256))
        image = self.get(marker["image_id"]["S"]) if marker else None
        if image and (image.status, image.sha256, image.owner) == (Status.READY, sha256, owner):
            return image
        return None

    def _get(self, hash_key: str) -> Item | None:
        return rows.read(self._name, hash_key, items.RECORD)

    def _writes(
        self, image: Image, written: Image, event: Event, notice: Notice | None
    ) -> list[Any]:
        writes = [
            {"Put": {"Item": items.record_item(written), **_unchanged_since(image)}},
            {"Put": {"Item": items.history_item(written, event, written.revision)}},
        ]
        if written.expires_at and written.status not in WAITING:
            # The line of a ticket that is used must not expire with those of unused ones.
            writes.append({"Put": {"Item": items.ticket_item(written)}})
        if written.status is Status.READY and written.sha256:
            writes.append({"Put": {"Item": items.marker_item(written)}})
        if notice:
            writes.append({"Put": {"Item": notice_item(notice)}})
        for write in writes:
            for action in write.values():
                action["TableName"] = self._name
        return writes


def _query(table: str, owner: str, limit: int) -> dict[str, Any]:
    return {
        "TableName": table,
        "IndexName": BY_OWNER,
        "KeyConditionExpression": "#owner = :owner",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": {":owner": {"S": owner}},
        "ScanIndexForward": False,
        "Limit": limit,
    }


def _unchanged_since(image: Image) -> dict[str, Any]:
    if not image.revision:
        return {"ConditionExpression": "attribute_not_exists(id)"}
    return {
        "ConditionExpression": "revision = :revision",
        "ExpressionAttributeValues": items.serialized({":revision": image.revision}),
    }


def _renamed(reason: ClientError) -> Exception:
    if code_of(reason) != "TransactionCanceledException":
        return reason
    causes = {cause.get("Code") for cause in reason.response.get("CancellationReasons", [])}
    if causes & _LOST_RACES:
        return RecordChanged("The record was changed meanwhile.")
    return PassingFault("DynamoDB cannot write right now.")
