"""The keys of the images table: hash key `id`, range key `entry`, and its index by_unfinished.

Rows that are no image's have hash keys that no image id equals. Policies name them (ops/iam), so a
function that may write records can be kept from tokens and secrets.
"""

from datetime import datetime

from chalicelib.model.image import Status, sortable
from chalicelib.model.outbox_event import OutboxEvent

# Range keys
RECORD = "image"
HISTORY = "history#"  # the prefix of an image's history lines
FILES = "files"  # the names of an image's sizes on demand
HELD = "held"  # the tickets that count towards an owner's limit

# Hash keys
BOOKMARKS = "sweep"
SECRETS = "secrets"  # pragma: allowlist secret - a name
TOKENS = "tokens"

SHARDS = 8  # keys per status: DynamoDB writes 1,000 units a second to one key


def history_entry(at: datetime, revision: int) -> str:
    """The range key of the history line written with the record's `revision`."""
    return f"{HISTORY}{sortable(at)}#{revision:06d}"


def checksum_key(owner: str, sha256: str) -> str:
    """The hash key of the marker that maps an owner's checksum (hex) to their image."""
    return f"sha256#{owner}#{sha256}"


def counters_key(owner: str) -> str:
    """The hash key of an owner's quota counters."""
    return f"limits#{owner}"


def sizes_key(image_id: str) -> str:
    """The hash key of an image's sizes on demand, and of the claims to render them."""
    return f"sizes#{image_id}"


def shares_key(image_id: str) -> str:
    """The hash key of an image's shares."""
    return f"shares#{image_id}"


def search_key(owner: str, place: str) -> str:
    """The hash key of an owner's search entries: a term's first character, or an order's name.

    So the words of an owner are in as many partitions as there are first characters.
    """
    return f"search#{owner}#{place}"


def claim_entry(key: str) -> str:
    """The range key of the claim to render a file."""
    return f"claim#{key}"


def pending_key(image_id: str) -> str:
    """The hash key of an image's outbox events: one for each last character of an id.

    Each is good for some hundred events a second.
    """
    return f"untold#{image_id[-1:]}"


def pending_entry(outbox_event: OutboxEvent) -> str:
    """The range key of an outbox event."""
    at = sortable(outbox_event.at)
    return f"{at}#{outbox_event.image_id}#{outbox_event.revision:06d}"


def unfinished_keys(status: Status) -> list[str]:
    """The index keys of unfinished images of `status`; an image's id decides which it has."""
    return [f"{status.value}#{shard}" for shard in range(SHARDS)]
