"""The IAM policy of each function, computed from a stage's names."""

from collections.abc import Iterator
from typing import Any

from ops.iam import buckets, events
from ops.iam import statements as may
from ops.iam.encryption import use_of_key
from ops.iam.names import Names
from ops.iam.statements import Statement

_RENDER = (
    buckets.read_originals,
    buckets.read_accepted_versions,
    buckets.find_missing_originals,
    buckets.read_watermarks,
    buckets.write_renditions,
    buckets.copy_renditions,
    buckets.list_renditions,
    may.keep_records,
    may.read_histories,
    may.count_for_limits,
    may.delete_checksums,
    may.delete_search_entries,
)
_PROCESS = (*_RENDER, buckets.replace_published, may.uncount_sizes)
_ERASE = (
    buckets.find_versions,
    buckets.erase_originals,
    buckets.erase_renditions,
)
_PARTS = {
    "api_handler": (
        buckets.sign_uploads,
        *_RENDER,
        *_ERASE,
        may.register_sizes,
        may.list_by_owner,
        may.keep_shares,
        may.read_many_records,
        may.keep_secrets,
        may.request_work,
    ),
    "authorize": (may.read_tokens,),
    "process_upload": (*_PROCESS, buckets.refuse_uploads, may.hand_over_lost_events),
    "process_removal": (
        buckets.read_originals,
        buckets.find_missing_originals,
        *_ERASE,
        buckets.list_renditions,
        may.keep_records,
        may.delete_checksums,
        may.delete_search_entries,
        may.forget_sizes,
        may.hand_over_lost_events,
    ),
    "process_again": (
        *_PROCESS,
        buckets.refuse_uploads,
        may.take_work,
    ),
    "record_failure": (may.keep_records, may.delete_search_entries, may.take_failures),
    "send_webhook": (events.take_webhooks, events.delay_webhooks),
    "sweep": (
        buckets.read_originals,
        buckets.find_missing_originals,
        buckets.read_watermarks,
        buckets.check_manifests,
        buckets.find_abandoned_uploads,
        buckets.abort_uploads,
        *_ERASE,
        buckets.list_renditions,
        buckets.write_renditions,
        buckets.copy_renditions,
        may.keep_records,
        may.read_histories,
        may.delete_checksums,
        may.delete_search_entries,
        may.register_sizes,
        may.read_many_records,
        may.list_unfinished,
        may.request_work,
    ),
}
# Those that erase files of which the CDN may have copies
_ERASING = frozenset(
    function
    for function, parts in _PARTS.items()
    if {buckets.erase_renditions, buckets.replace_published} & set(parts)
)
_PUBLISHING = frozenset(function for function, parts in _PARTS.items() if may.keep_records in parts)

# Those that render originals for the first time, or again
_RENDERING = frozenset({"api_handler", "process_again", "process_upload"})
# Those that compare the rules of renditions
_COMPARING = _RENDERING | {"sweep"}

FUNCTIONS = tuple(_PARTS)


def policy_of(function: str, names: Names) -> dict[str, Any]:
    """The policy document of one of `FUNCTIONS`."""
    documents = [statement.document() for statement in statements_of(function, names)]
    return {"Version": "2012-10-17", "Statement": documents}


def statements_of(function: str, names: Names) -> list[Statement]:
    """The statements of a function's policy."""
    own = [part(names) for part in _PARTS[function]]
    if names.distribution_id and function in _ERASING:
        own.append(may.invalidate_copies(names))
    if names.event_bus and function in _PUBLISHING:
        own += [events.publish_events(names), events.delete_published_events(names)]
    if names.event_bus and function == "sweep":
        own.append(events.find_pending_events(names))
    if names.cdn_key and function == "api_handler":
        own.append(may.read_cdn_key(names))
    own += _of_rendering(function, names)
    if names.webhook_secret and function == "send_webhook":
        own.append(events.read_webhook_secret(names))
    own += use_of_key(names, own)
    own.append(may.write_log(names, function))
    return [*own, may.send_traces()] if names.xray else own


def _of_rendering(function: str, names: Names) -> Iterator[Statement]:
    """What optional steps of rendering need."""
    if names.faces and function in _RENDERING:
        yield may.find_faces()
    if names.content_key and function in _RENDERING:
        yield may.sign_renditions(names)
    if names.certificates and function in _COMPARING:
        yield may.read_certificates(names)
