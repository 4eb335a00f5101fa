"""Edits a stages.toml as text: comments, and what is not changed, stay as they are."""

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import Item, Key, Table


def with_sections(text: str, sections: Mapping[str, Mapping[str, Any]]) -> str:
    """A stages.toml with the keys of `sections` set; everything else stays as it is."""
    document = tomlkit.parse(text)
    for stage, section in sections.items():
        if stage not in document:
            document[stage] = tomlkit.table()
        _write(document[stage], section)
    return tomlkit.dumps(document)


def _write(table: Any, changes: Mapping[str, Any]) -> None:
    held = _cut_trailing(table)  # the comment above what follows
    for key, value in changes.items():
        if isinstance(value, Mapping):
            if key not in table:
                table[key] = tomlkit.table()
            _write(table[key], value)
        else:
            table[key] = value
    _last(table).value.body.extend(held)


def _cut_trailing(table: Any) -> list[tuple[Key | None, Item]]:
    """Remove the blank lines and comments at the end of a table, and return them."""
    body = _last(table).value.body
    start = next((n for n in range(len(body), 0, -1) if body[n - 1][0] is not None), 0)
    held: list[tuple[Key | None, Item]] = body[start:]
    del body[start:]
    return held


def _last(table: Any) -> Any:
    """The last table inside a table, or itself: the one that trailing comments are parsed into."""
    tables = [item for key, item in table.value.body if isinstance(item, Table)]
    return _last(tables[-1]) if tables else table
