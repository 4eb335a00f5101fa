"""Writes the figures of a run as JSON, one record a line, so that diffs are readable."""

import json
from pathlib import Path

import msgspec


def save(results: object, path: Path) -> None:
    """Write `results`, a struct or a dictionary, to `path`."""
    fields: dict[str, object] = msgspec.to_builtins(results)
    lines = ",\n".join(f"{_json(name)}: {_lines(value)}" for name, value in fields.items())
    path.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _lines(value: object) -> str:
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_json, value)) + "\n]"
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
