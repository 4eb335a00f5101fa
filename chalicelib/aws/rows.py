"""Rows of the images table, read and written by hash key and entry."""

from collections.abc import Iterable
from typing import Any

from chalicelib.aws import clients, items
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import Item
from chalicelib.aws.table_keys import RECORD
from chalicelib.errors import TransientError

LARGEST_BATCH = 100  # keys per BatchGetItem

_ATTEMPTS = 20  # for the keys that a throttled batch left out


def read(table: str, hash_key: str, entry: str) -> Item | None:
    """The row, read consistently."""
    with translate_transient_errors("DynamoDB"):
        response = clients.dynamodb().get_item(
            TableName=table,
            Key=items.row_key(hash_key, entry),
            ConsistentRead=True,
        )
    return response.get("Item")


def add(table: str, row: Item) -> bool:
    """Write a new row; False, without a write, if it exists."""
    dynamodb = clients.dynamodb()
    with translate_transient_errors("DynamoDB"):
        try:
            dynamodb.put_item(
                TableName=table, Item=row, ConditionExpression="attribute_not_exists(id)"
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
    return True


def put(table: str, row: Item) -> None:
    """Write a row, replacing one with the same keys."""
    with translate_transient_errors("DynamoDB"):
        clients.dynamodb().put_item(TableName=table, Item=row)


def read_records(table: str, image_ids: Iterable[str]) -> dict[str, Item]:
    """Records by id, read consistently; ids without a record are left out."""
    ids = sorted(set(image_ids))
    batches = [ids[i : i + LARGEST_BATCH] for i in range(0, len(ids), LARGEST_BATCH)]
    return {item["id"]["S"]: item for batch in batches for item in _read_batch(table, batch)}


def _read_batch(table: str, image_ids: list[str]) -> list[Item]:
    keys = [items.row_key(id_, RECORD) for id_ in image_ids]
    unread: dict[str, Any] = {table: {"Keys": keys, "ConsistentRead": True}}
    found: list[Item] = []
    for _ in range(_ATTEMPTS):
        with translate_transient_errors("DynamoDB"):
            response = clients.dynamodb().batch_get_item(RequestItems=unread)
        found += response["Responses"].get(table, [])
        unread = dict(response["UnprocessedKeys"])
        if not unread:
            return found
    raise TransientError("DynamoDB is temporarily unavailable.")
