"""moto's transactions at a bearable price.

For each write of a transaction moto copies the whole table, to have it back where the transaction
fails: with 4,000 items, one transaction takes a second. Here the items that it names are put
aside, and put back. Transactions must come one by one.
"""

import copy
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_write_with_copies = DynamoDBBackend.transact_write_items


def put_aside_only_what_is_written() -> None:
    """Teach this process's moto to do so."""
    DynamoDBBackend.transact_write_items = _write  # type: ignore[method-assign, assignment]


def _write(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    undo = [_way_back(backend, action) for item in transact_items for action in item.values()]
    Table.__deepcopy__ = lambda table, _memo: table  # type: ignore[attr-defined]
    try:
        _write_with_copies(backend, transact_items)
    except Exception:
        for put_back in undo:
            put_back()
        raise
    finally:
        del Table.__deepcopy__  # type: ignore[attr-defined]


def _way_back(backend: DynamoDBBackend, action: dict[str, Any]) -> Callable[[], None]:
    """What makes the item that `action` names be as it is now."""
    table = backend.tables.get(action.get("TableName", ""))
    named = action.get("Key") or action.get("Item") or {}
    if table is None or table.hash_key_attr not in named:
        return lambda: None  # it will be refused before it changes anything
    items: Any = table.items
    key = DynamoType(named[table.hash_key_attr])
    if table.range_key_attr:
        items = items[key]
        key = DynamoType(named.get(table.range_key_attr, {"NULL": True}))
    if key not in items:
        return lambda: items.pop(key, None)
    kept = copy.deepcopy(items[key])

    def put_back() -> None:
        items[key] = kept

    return put_back
