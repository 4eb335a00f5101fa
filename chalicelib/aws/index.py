"""Queries over the indexes of the images table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.aws import clients, items, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import Item
from chalicelib.aws.rows import LARGEST_BATCH
from chalicelib.aws.table_keys import sortable, unfinished_keys
from chalicelib.model.image import Image, Status
from chalicelib.ports.images import Page

BY_OWNER = "by_owner"
BY_UNFINISHED = "by_unfinished"

_MOST_QUERIES = 10  # for one page: a rare status must not read all records in one call
_LAST_WRITTEN = "unfinished = :key AND updated_at BETWEEN :first AND :last"


class DynamoIndex:
    """DynamoDB implementation of ImageIndex."""

    def __init__(self, name: str) -> None:
        self._name = name

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        """A page of the owner's index, newest first; it may be short if `status` is rare."""
        query = _query(self._name, owner, limit + 1)
        if cursor:
            query["ExclusiveStartKey"] = items.start_after(cursor, owner)
        # Without a status the next key proves that there is more; with one, it may have another.
        enough = limit if status is None else limit + 1
        found: list[Item] = []
        for _ in range(_MOST_QUERIES):
            with translate_transient_errors("DynamoDB"):
                page = clients.dynamodb().query(**query)
            keys, rest = page["Items"], page.get("LastEvaluatedKey")
            if len(keys) > LARGEST_BATCH:
                # The last key only proves that there is a next page: don't read its record.
                keys, rest = keys[:LARGEST_BATCH], keys[LARGEST_BATCH - 1]
            records = self._records_of(keys)
            found += [item for item in records if status in (None, item["status"]["S"])]
            if len(found) >= enough or not rest:
                break
            query |= {"ExclusiveStartKey": rest, "Limit": LARGEST_BATCH}
        # More than the limit was found, or fewer because other statuses filled the pages.
        last = found[limit - 1] if len(found) > limit else rest
        shown = tuple(items.image_of(item) for item in found[:limit])
        return Page(images=shown, next_cursor=items.cursor_after(last) if last else None)

    def unfinished(
        self, status: Status, after: datetime | None, before: datetime | None, limit: int
    ) -> tuple[Image, ...]:
        """At most `limit` unfinished images by their `unfinished_status`, oldest first."""
        first = sortable(after) + "~" if after else "0"
        last = sortable(before) if before else "~"
        found: list[Item] = []
        while len(found) < limit:
            keys = self._oldest(status, first, last, limit)
            found += self._records_of(keys)
            if len(keys) < limit:
                break
            first = keys[-1]["updated_at"]["S"] + "~"
        return tuple(items.image_of(item) for item in found[:limit])

    def _oldest(self, status: Status, first: str, last: str, limit: int) -> list[Item]:
        found: list[Item] = []
        for key in unfinished_keys(status):
            between = {":key": key, ":first": first, ":last": last}
            with translate_transient_errors("DynamoDB"):
                page = clients.dynamodb().query(
                    TableName=self._name,
                    IndexName=BY_UNFINISHED,
                    KeyConditionExpression=_LAST_WRITTEN,
                    ExpressionAttributeValues=items.serialized(between),
                    Limit=limit,
                )
            found += page["Items"]
        return sorted(found, key=lambda item: item["updated_at"]["S"])[:limit]

    def _records_of(self, keys: Sequence[Item]) -> list[Item]:
        """The records of index keys, in their order.

        The index lags behind the table: records that are gone or have changed keys are left out.
        """
        records = rows.read_records(self._name, [key["id"]["S"] for key in keys])
        found = [(key, records.get(key["id"]["S"])) for key in keys]
        return [record for key, record in found if record and key.items() <= record.items()]


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
