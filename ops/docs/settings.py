"""Rows of the settings table: each setting's type, default and comment."""

import inspect
from collections.abc import Collection
from typing import Any

import msgspec
from msgspec.inspect import BoolType, IntType, LiteralType, StrType, Type, UnionType, type_info

from chalicelib.settings import Settings, read_settings
from ops.setting_remarks import remarks

Row = list[str]

_LIMITS = (
    *("tickets_per_minute", "pending_tickets", "bytes_per_day"),
    *("processings_per_minute", "processings_per_day"),
)
_ANY = {  # values for the settings without a default
    field.encode_name: "https://photos.example"
    for field in msgspec.structs.fields(Settings)
    if field.required
}


def rows(by_deploy: Collection[str]) -> list[Row]:
    """A row for each setting; `by_deploy` are those that a deployment sets."""
    comments = remarks(inspect.getsource(Settings))
    return [
        [
            f"`{field.encode_name}`",
            kind(type_info(field.type)),
            _default(field),
            comments.get(field.name, "")
            + (" (set by `deploy`)" if field.encode_name in by_deploy else ""),
        ]
        for field in msgspec.structs.fields(Settings)
    ]


def kind(shape: Type) -> str:
    """The type of a value, in words."""
    if isinstance(shape, UnionType):
        return kind(next(member for member in shape.types if isinstance(member, IntType)))
    if isinstance(shape, IntType):
        return f"{shape.ge:,} to {shape.le:,}" if shape.le is not None else f"{shape.ge:,} or more"
    if isinstance(shape, LiteralType):
        return ", ".join(f"`{value}`" for value in shape.values)
    return {BoolType: "`true`, `false`", StrType: "text"}[type(shape)]


def _default(field: Any) -> str:
    if field.required:
        return "needed"
    if field.name in _LIMITS:
        settings = read_settings({**_ANY, "AUTH_MODE": "token"})
        return f"{settings.limit(field.name):,}; without tokens none"
    value = field.default
    if value == "":
        return "empty"
    shown = str(value).lower() if isinstance(value, bool) else value
    return f"{shown:,}" if type(shown) is int else f"`{shown}`"
