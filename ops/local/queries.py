"""moto's queries at a bearable price.

For a query of one hash key moto sorts all items of the table. Here it is shown only the items
under that key, the table's or an index's. Queries must come one by one.
"""

import inspect
from collections import defaultdict
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

_query_everything = Table.query
_FORM = inspect.signature(_query_everything)


def look_only_under_the_hash_key() -> None:
    """Teach this process's moto to do so."""
    Table.query = _query  # type: ignore[method-assign, assignment]


def _query(table: Table, *given: Any, **named: Any) -> Any:
    asked = _FORM.bind(table, *given, **named).arguments
    whole = table.items
    table.items = defaultdict(dict, _shown(table, asked))
    try:
        return _query_everything(table, *given, **named)
    finally:
        table.items = whole


def _shown(table: Table, asked: dict[str, Any]) -> dict[DynamoType, dict[DynamoType, Item]]:
    whole, hash_key = table.items, asked["hash_key"]
    if not asked.get("index_name"):
        return {hash_key: whole.get(hash_key, {})}
    ((name, wanted),) = asked["hash_key_conditions"]
    return {key: _under(wanted, name, items) for key, items in whole.items()}


def _under(wanted: DynamoType, name: str, items: dict[DynamoType, Item]) -> dict[DynamoType, Item]:
    found = ((entry, item, item.attrs.get(name)) for entry, item in items.items())
    return {entry: item for entry, item, value in found if value and value == wanted}
