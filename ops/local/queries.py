"""moto's queries at a bearable price.

For a query of one hash key moto looks at every item of the table. Here it is shown only the items
under that key. Queries must come one by one.
"""

import inspect
from collections import defaultdict
from typing import Any

from moto.dynamodb.models.table import Table

_query_everything = Table.query
_FORM = inspect.signature(_query_everything)


def look_only_under_the_hash_key() -> None:
    """Teach this process's moto to do so; queries of an index stay as they are."""
    Table.query = _query  # type: ignore[method-assign, assignment]


def _query(table: Table, *given: Any, **named: Any) -> Any:
    asked = _FORM.bind(table, *given, **named).arguments
    hash_key = asked["hash_key"]
    if hash_key is None or asked.get("index_name"):
        return _query_everything(table, *given, **named)
    whole = table.items
    table.items = defaultdict(dict, {hash_key: whole.get(hash_key, {})})
    try:
        return _query_everything(table, *given, **named)
    finally:
        table.items = whole
