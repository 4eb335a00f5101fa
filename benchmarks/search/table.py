"""DynamoDB as searches use it, in memory: it evaluates their queries and counts what they read.

Rows are made from their images when they are read: a million images have 13 million entries.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from benchmarks.search.library import Library, number_of
from chalicelib.aws import items
from chalicelib.aws.items import Item
from chalicelib.aws.search_entries import entries_of

_PAGE = 2**20  # bytes that one query reads
_UNIT = 4_096  # bytes of a read unit, if the read is consistent
ID = 26  # characters of an id, with which a range key ends
_OVERHEAD = 100  # bytes of an item
_CONTAINS = re.compile(r"(NOT )?contains\(terms, (:\w+)\)")
_COMPARED = re.compile(r"created (>=|<) (:\w+)")


class Table:
    """The calls of boto3's client that a search makes, counted with what they read.

    `partitions` are the range keys of entries, in order, by hash key.
    """

    def __init__(self, partitions: Mapping[str, Sequence[str]], library: Library) -> None:
        self._partitions = partitions
        self._library = library
        self._entries = lru_cache(maxsize=100_000)(lambda n: entries_of(library.image(n)))
        self.units = 0
        self.calls = self.entries = self.records = 0

    def query(self, **given: Any) -> dict[str, Any]:
        """A page of a query."""
        values = {name: value["S"] for name, value in given["ExpressionAttributeValues"].items()}
        keys, forward = self._partitions.get(values[":id"], ()), given["ScanIndexForward"]
        first, last = _bounds(values, keys)
        start = given.get("ExclusiveStartKey")
        if start and forward:
            first = max(first, bisect_right(keys, start["entry"]["S"]))
        elif start:
            last = min(last, bisect_left(keys, start["entry"]["S"]))
        places = range(first, last) if forward else range(last - 1, first - 1, -1)
        passes = _filter(given.get("FilterExpression", ""), values)
        found, size, read = [], 0, 0
        for place in places:
            row = self._entries(number_of(keys[place][-ID:]))[values[":id"], keys[place]]
            size, read = size + item_bytes(row), read + 1
            if passes(row):
                found.append(row)
            if read == given["Limit"] or size >= _PAGE:
                break
        self.calls += 1
        self.entries += read
        self.units += max(1, math.ceil(size / _UNIT))
        page: dict[str, Any] = {"Items": found, "ScannedCount": read}
        if read and read < len(places):
            last_key = items.row_key(values[":id"], keys[places[read - 1]])
            page["LastEvaluatedKey"] = last_key
        return page

    def batch_get_item(self, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Records by their ids."""
        ((name, wanted),) = RequestItems.items()
        images = [self._library.image(number_of(key["id"]["S"])) for key in wanted["Keys"]]
        found = [items.record_item(image) for image in images]
        self.calls += 1
        self.records += len(found)
        self.units += sum(math.ceil(item_bytes(item) / _UNIT) for item in found)
        return {"Responses": {name: found}, "UnprocessedKeys": {}}


def item_bytes(item: Item) -> int:
    """The size of an item, as DynamoDB bills it."""
    return _OVERHEAD + sum(len(name) + _value_bytes(value) for name, value in item.items())


def _value_bytes(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 1
        case "L":
            return 3 + sum(1 + _value_bytes(inner) for inner in value)
        case "M":
            return 3 + sum(1 + len(name) + _value_bytes(inner) for name, inner in value.items())
    return 1


def _bounds(values: Mapping[str, str], keys: Sequence[str]) -> tuple[int, int]:
    if ":end" in values:
        return bisect_left(keys, values[":start"]), bisect_right(keys, values[":end"])
    if ":start" in values:
        start = values[":start"]
        return bisect_left(keys, start), bisect_left(keys, start + "\U0010ffff")
    return 0, len(keys)


def _filter(expression: str, values: Mapping[str, str]) -> Callable[[Item], bool]:
    clauses = expression.split(" AND ") if expression else []
    return lambda row: all(_holds(clause, row, values) for clause in clauses)


def _holds(clause: str, row: Item, values: Mapping[str, str]) -> bool:
    if compared := _COMPARED.fullmatch(clause):
        created, value = row["created"]["S"], values[compared[2]]
        return created >= value if compared[1] == ">=" else bool(created < value)
    if "attribute_exists(incomplete)" in clause and "incomplete" in row:
        return True
    contains = _CONTAINS.search(clause)
    if not contains:
        raise ValueError(f"Searches have no clause {clause!r}.")
    return (values[contains[2]] in row["terms"]["S"]) is not bool(contains[1])
