"""What each function may do: one IAM policy for each, as pure functions of a stage's names."""

from typing import Any

from ops.permissions import buckets
from ops.permissions import statements as may
from ops.permissions.encryption import use_of_key
from ops.permissions.names import Names
from ops.permissions.statements import Statement

_PROCESS = (
    buckets.read_originals,
    buckets.miss_originals,
    buckets.read_watermarks,
    buckets.write_renditions,
    may.keep_records,
    may.read_histories,
)
_ERASE = (
    buckets.find_versions,
    buckets.erase_originals,
    buckets.list_renditions,
    buckets.erase_renditions,
    may.forget_bytes,
)
_PARTS = {
    "api_handler": (
        buckets.sign_uploads,
        *_PROCESS,
        *_ERASE,
        may.read_many_records,
        may.list_by_owner,
        may.ask_for_work,
    ),
    "process_upload": (*_PROCESS, may.hand_over_lost_events),
    "process_removal": (
        buckets.read_originals,
        buckets.miss_originals,
        *_ERASE,
        may.keep_records,
        may.hand_over_lost_events,
    ),
    "process_again": (*_PROCESS, buckets.find_renditions, may.take_work),
    "record_failure": (may.keep_records, may.take_failures),
    "sweep": (
        buckets.read_originals,
        buckets.miss_originals,
        buckets.read_watermarks,
        buckets.miss_manifests,
        *_ERASE,
        may.keep_records,
        may.read_many_records,
        may.list_unfinished,
        may.ask_for_work,
    ),
}
_ERASING = frozenset(function for function, parts in _PARTS.items() if set(_ERASE) <= set(parts))

FUNCTIONS = tuple(_PARTS)


def policy_of(function: str, names: Names) -> dict[str, Any]:
    """The policy of one of `FUNCTIONS`, in IAM's form."""
    documents = [statement.document() for statement in statements_of(function, names)]
    return {"Version": "2012-10-17", "Statement": documents}


def statements_of(function: str, names: Names) -> list[Statement]:
    """The statements of a function's policy."""
    own = [part(names) for part in _PARTS[function]]
    if names.distribution_id and function in _ERASING:
        own.append(may.forget_copies(names))
    own += use_of_key(names, own)
    own.append(may.write_log(names, function))
    return [*own, may.send_traces()] if names.xray else own
