"""Queries over the indexes of the images table."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import clients, items, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import Item
from chalicelib.aws.rows import LARGEST_BATCH
from chalicelib.aws.search_query import SearchQuery
from chalicelib.aws.table_keys import BOOKMARKS, unfinished_keys
from chalicelib.errors import Conflict
from chalicelib.model.image import Image, Status, sortable
from chalicelib.model.search import ALL_INDEXED, VERSION, Order, Query
from chalicelib.ports.images import Page

BY_OWNER = "by_owner"
BY_UNFINISHED = "by_unfinished"

_MOST_QUERIES = 10  # for one page: a rare status must not read all records in one call
_LAST_WRITTEN = "unfinished = :key AND updated_at BETWEEN :first AND :last"


class DynamoIndex:
    """DynamoDB implementation of ImageIndex."""

    _is_complete = False  # once all images have search entries, they always have

    def __init__(self, name: str) -> None:
        self._name = name

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        """A page of the owner's index, newest first; it may be short if `status` is rare."""
        return self._by_date(owner, Query(status=status), limit, cursor)

    def search(self, owner: str, query: Query, limit: int, cursor: str | None) -> Page:
        """A page of what the query finds, by the search entries or, where there are none, by date.

        It may be short, or empty, if little is found.
        """
        if query.is_faster_indexed and self._has_entries():
            return SearchQuery(self._name, owner, query).page(limit, cursor)
        if query.order is not Order.CREATED_AT:
            raise Conflict("sort: Images can be sorted by created_at only, until all are indexed.")
        return self._by_date(owner, query, limit, cursor)

    def _has_entries(self) -> bool:
        # An image without entries would not be found, so they are used once all images have them.
        if not self._is_complete:
            row = rows.read(self._name, BOOKMARKS, ALL_INDEXED)
            self._is_complete = row is not None and row["text"]["S"] == str(VERSION)
        return self._is_complete

    def _by_date(self, owner: str, wanted: Query, limit: int, cursor: str | None) -> Page:
        query = _query(self._name, owner, limit + 1, wanted)
        if cursor:
            query["ExclusiveStartKey"] = items.start_after(cursor, owner)
        # Without a condition the next key proves that there is more; else it may not match.
        unconditional = wanted.status is None and not wanted.is_search
        enough = limit if unconditional else limit + 1
        found: list[Item] = []
        for _ in range(_MOST_QUERIES):
            with translate_transient_errors("DynamoDB"):
                page = clients.dynamodb().query(**query)
            keys, rest = page["Items"], page.get("LastEvaluatedKey")
            if len(keys) > LARGEST_BATCH:
                # The last key only proves that there is a next page: don't read its record.
                keys, rest = keys[:LARGEST_BATCH], keys[LARGEST_BATCH - 1]
            records = self._records_of(keys)
            found += [item for item in records if unconditional or _finds(wanted, item)]
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


def _finds(query: Query, item: Item) -> bool:
    # Decoding takes as long as reading, and a status is enough for most lists.
    if query.status not in (None, item["status"]["S"]):
        return False
    return not query.is_search or query.finds(items.image_of(item))


def _query(table: str, owner: str, limit: int, wanted: Query) -> dict[str, Any]:
    condition, values = "#owner = :owner", {":owner": owner}
    if wanted.created_from or wanted.created_before:
        condition += " AND created_at BETWEEN :from AND :to"
        # Both are inclusive, so the last moment is the one before; times have microseconds.
        before = wanted.created_before
        values[":from"] = sortable(wanted.created_from) if wanted.created_from else "0"
        values[":to"] = sortable(before - timedelta(microseconds=1)) if before else "~"
    return {
        "TableName": table,
        "IndexName": BY_OWNER,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": items.serialized(values),
        "ScanIndexForward": not wanted.descending,
        "Limit": limit,
    }
