"""Converts records, history lines, markers and cursors to and from DynamoDB items."""

import base64
import binascii
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zlib import crc32

import msgspec
from msgspec.structs import replace

from chalicelib.aws.table_keys import (
    BOOKMARKS,
    RECORD,
    SHARDS,
    checksum_key,
    history_entry,
    unfinished_keys,
)
from chalicelib.errors import InvalidRequest
from chalicelib.model import search
from chalicelib.model.image import TICKET, WAITING, Event, Image, flat, nested, sortable
from chalicelib.model.search import Order

_KEPT_AFTER_EXPIRY = 7 * 24 * 3600  # seconds an unused ticket is kept after it expires

Item = dict[str, Any]


def serialized(row: Mapping[str, Any]) -> Item:
    """A row in DynamoDB's typed format; TypeError for a value that has no type there."""
    return {name: _typed(value) for name, value in row.items()}


def row_key(hash_key: str, entry: str) -> Item:
    """The key of a row of the images table."""
    return serialized({"id": hash_key, "entry": entry})


def record_item(image: Image) -> Item:
    """The current record; `unfinished` and `expires` are present only while they apply."""
    row = flat(_row(replace(image, unindexed=False)))
    row |= {
        "entry": RECORD,
        "processed_files": image.processed_files,
        "created_at": sortable(image.created_at),
        "updated_at": sortable(image.updated_at),
        "revision": image.revision,
        "index_version": 0 if image.unindexed else search.VERSION,
    }
    if image.alt:
        row["alt"] = [list(entry) for entry in image.alt.items()]  # DynamoDB's maps have no order
    if image.is_unfinished:
        row["unfinished"] = unfinished_keys(image.unfinished_status)[
            crc32(image.id.encode()) % SHARDS
        ]
    return serialized(row | _expiry(image))


def image_of(item: Item) -> Image:
    """Decode a record."""
    row = _plain(item)
    row["alt"] = dict(row.get("alt", ()))
    row["unindexed"] = row.get("index_version") != search.VERSION
    return msgspec.convert(nested(row), Image)


def history_item(image: Image, event: Event, revision: int) -> Item:
    """The history line written with the record's `revision`."""
    key = {"id": image.id, "entry": history_entry(event.at, revision)}
    return serialized(_row(event) | _expiry(image) | key)


def ticket_item(image: Image) -> Item:
    """The first history line of a used ticket, without an expiry."""
    return history_item(image, Event(at=image.created_at, event=TICKET), 1)


def event_of(item: Item) -> Event:
    """Decode a history line."""
    return msgspec.convert(_plain(item), Event)


def marker_item(image: Image) -> Item:
    """The marker of a ready image's checksum, written with the record's revision."""
    key = marker_key(image, image.sha256 or "")
    return key | serialized({"image_id": image.id, "revision": image.revision})


def marker_key(image: Image, sha256: str) -> Item:
    """The key of the marker of an image's checksum (hex)."""
    return row_key(checksum_key(image.owner, sha256), RECORD)


def all_indexed() -> Item:
    """The bookmark that says that all images have search entries."""
    return serialized({"id": BOOKMARKS, "entry": search.ALL_INDEXED, "text": str(search.VERSION)})


def cursor_after(item: Item) -> str:
    """An opaque cursor: the index key of the last item returned."""
    return _cursor({name: item[name]["S"] for name in ("id", "created_at")})


def cursor_at(place: str, order: Order, *, only_walks: bool) -> str:
    """An opaque cursor: a place in this order, and how to find the next one.

    By date it is also one of `cursor_after`.
    """
    value, _, image_id = place.rpartition("\t")
    key = {"id": image_id, order.value: value}
    return _cursor(key | {"way": "walk"} if only_walks else key)


def start_after(cursor: str, owner: str) -> Item:
    """The index key in `cursor`; InvalidRequest if it is not a valid cursor."""
    created_at, _, image_id = place_in(cursor, Order.CREATED_AT).rpartition("\t")
    return serialized({"id": image_id, "created_at": created_at, "owner": owner, "entry": RECORD})


def place_in(cursor: str, order: Order) -> str:
    """The place in `cursor`; InvalidRequest if it is not a valid cursor."""
    key = _key_in(cursor)
    try:
        return f"{key[order.value]}\t{key['id']}"
    except KeyError as reason:
        raise InvalidRequest("cursor is not valid.") from reason


def only_walks(cursor: str) -> bool:
    """Whether `cursor` says so; InvalidRequest if it is not a valid cursor."""
    return "way" in _key_in(cursor)


def _key_in(cursor: str) -> dict[str, str]:
    try:
        decoded = base64.b64decode(cursor, altchars=b"-_", validate=True)
        return msgspec.json.decode(decoded, type=dict[str, str])
    except (binascii.Error, ValueError) as reason:
        raise InvalidRequest("cursor is not valid.") from reason


def _cursor(key: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode()


def _row(struct: Image | Event) -> Item:
    return dict(json.loads(msgspec.json.encode(struct), parse_float=Decimal))


def _plain(item: Item) -> Item:
    return {name: _value(typed) for name, typed in item.items()}


def _typed(value: Any) -> Item:
    # Like boto3's TypeSerializer, for the types that rows have: a cold start does without boto3.
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case Mapping():
            return {"M": serialized(value)}
        case set() if all(isinstance(inner, str) for inner in value):
            return {"SS": [*value]}
        case list() | tuple():
            return {"L": [_typed(inner) for inner in value]}
    raise TypeError(f"DynamoDB has no type for {value!r}.")


def _value(typed: Item) -> Any:
    # Like boto3's TypeDeserializer in half the time, for the same types.
    ((kind, value),) = typed.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N" if value.isdecimal():
            return int(value)
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else float(number)
        case "M":
            return {name: _value(inner) for name, inner in value.items()}
        case "L":
            return [_value(inner) for inner in value]
        case "NULL":
            return None
    raise TypeError(f"Unexpected DynamoDB type {kind}.")


def _expiry(image: Image) -> Item:
    if image.status not in WAITING or image.ticket.expires_at is None:
        return {}
    return {"expires": int(image.ticket.expires_at.timestamp()) + _KEPT_AFTER_EXPIRY}
