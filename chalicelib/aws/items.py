"""The table's rows: records, history lines, markers and cursors, to and from DynamoDB's form."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

import msgspec
from boto3.dynamodb.types import TypeSerializer

from chalicelib.errors import InvalidRequest
from chalicelib.records import TICKET, WAITING, Event, Image, Status

RECORD = "image"
HISTORY = "history#"
SHARDS = 8  # keys that share a status: DynamoDB writes 1,000 units a second under one
_KEPT_AFTER_EXPIRY = 7 * 24 * 3600  # seconds in which an unused ticket can still be reported

Item = dict[str, Any]


def serialized(row: Mapping[str, Any]) -> Item:
    """A row in DynamoDB's typed form."""
    return {name: TypeSerializer().serialize(value) for name, value in row.items()}


def record_item(image: Image) -> Item:
    """The current record; `unfinished` and `expires` are there only while they mean something."""
    row = _row(image)
    row |= {
        "entry": RECORD,
        "processed_files": image.processed_files,
        "created_at": sortable(image.created_at),
        "updated_at": sortable(image.updated_at),
        "revision": image.revision,
    }
    if image.is_unfinished:
        row["unfinished"] = unfinished_keys(image.status)[crc32(image.id.encode()) % SHARDS]
    return serialized(row | _expiry(image))


def unfinished_keys(status: Status) -> list[str]:
    """The keys under which unfinished images of `status` are, each under the one of its id."""
    return [f"{status.value}#{shard}" for shard in range(SHARDS)]


def image_of(item: Item) -> Image:
    """The record that `item` holds."""
    return msgspec.convert(_plain(item), Image)


def history_item(image: Image, event: Event, revision: int) -> Item:
    """The history line that the record's `revision` wrote."""
    key = {"id": image.id, "entry": f"{HISTORY}{sortable(event.at)}#{revision:06d}"}
    return serialized(_row(event) | _expiry(image) | key)


def ticket_item(image: Image) -> Item:
    """The history line of a used ticket: the one that was written with it, kept for good."""
    return history_item(image, Event(at=image.created_at, event=TICKET), 1)


def event_of(item: Item) -> Event:
    """The history line that `item` holds."""
    return msgspec.convert(_plain(item), Event)


def fingerprint(owner: str, sha256: str) -> str:
    """The hash key of the marker that leads from an owner's bytes to their image."""
    return f"sha256#{owner}#{sha256}"


def marker_item(image: Image) -> Item:
    """The marker of a ready image's bytes."""
    key = fingerprint(image.owner, image.sha256 or "")
    return serialized({"id": key, "entry": RECORD, "image_id": image.id})


def cursor_after(item: Item) -> str:
    """An opaque cursor: the index key of the last item that was shown."""
    key = {name: item[name]["S"] for name in ("id", "created_at")}
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def start_after(cursor: str, owner: str) -> Item:
    """The index key that `cursor` stands for; InvalidRequest where it is not one of ours."""
    try:
        key = msgspec.json.decode(
            base64.b64decode(cursor, altchars=b"-_", validate=True), type=dict[str, str]
        )
        return serialized(
            {"id": key["id"], "created_at": key["created_at"], "owner": owner, "entry": RECORD}
        )
    except (binascii.Error, ValueError, KeyError) as reason:
        raise InvalidRequest("cursor is not one that this API gave.") from reason


def _row(struct: Image | Event) -> Item:
    return dict(json.loads(msgspec.json.encode(struct), parse_float=Decimal))


def _plain(item: Item) -> Item:
    return {name: _value(typed) for name, typed in item.items()}


def _value(typed: Item) -> Any:
    # As boto3's TypeDeserializer, in half of its time; of its types those that a row here has.
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
    raise TypeError(f"A row here has no values of type {kind}.")


def sortable(at: datetime) -> str:
    """A time as the table's keys have it, in UTC with microseconds."""
    # isoformat() leaves out zero microseconds, which would sort wrongly.
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _expiry(image: Image) -> Item:
    if image.status not in WAITING or image.expires_at is None:
        return {}
    return {"expires": int(image.expires_at.timestamp()) + _KEPT_AFTER_EXPIRY}
