"""Parallel listing of a bucket, which is split at its common prefixes into parts."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors

_PAGE = 1000  # keys, S3's maximum


@dataclass(frozen=True)
class Found:
    """An object in a listing."""

    key: str
    bytes: int


@dataclass(frozen=True)
class Part:
    """Objects of a bucket: all below `prefix`, or, if not `deep`, those with no slash after it."""

    prefix: str
    deep: bool = True


def cut(bucket: str, prefix: str, wanted: int) -> list[Part]:
    """Split everything below `prefix` into about `wanted` parts, level by level.

    A level of more than a page is not split: enumerating it is as much work as listing it.
    """
    parts: list[Part] = []
    uncut = deque([prefix])
    requests = 0
    while uncut and len(parts) + len(uncut) < wanted and requests < wanted:
        level = uncut.popleft()
        answer = _ask(bucket, Part(level, deep=False), None)
        requests += 1
        below = [common["Prefix"] for common in answer.get("CommonPrefixes", ())]
        if answer.get("IsTruncated") or not below:
            parts.append(Part(level))
            continue
        if answer.get("Contents"):
            parts.append(Part(level, deep=False))
        uncut += below
    return parts + [Part(level) for level in uncut]


def page(bucket: str, part: Part, token: str | None) -> tuple[list[Found], str | None]:
    """Return a page of the part's objects from `token` on, and the next token, None at the end.

    If S3 no longer accepts the token, the listing starts over.
    """
    try:
        answer = _ask(bucket, part, token)
    except ClientError as error:
        if token is None or code_of(error) != "InvalidArgument":
            raise
        answer = _ask(bucket, part, None)
    following = answer.get("NextContinuationToken") if answer.get("IsTruncated") else None
    return [Found(o["Key"], o["Size"]) for o in answer.get("Contents", ())], following


def _ask(bucket: str, part: Part, token: str | None) -> Any:
    parameters: dict[str, Any] = {"Bucket": bucket, "Prefix": part.prefix, "MaxKeys": _PAGE}
    if not part.deep:
        parameters["Delimiter"] = "/"
    if token:
        # Not StartAfter: SeaweedFS has its own order, in which that could skip keys.
        parameters["ContinuationToken"] = token
    with translate_transient_errors("S3"):
        return clients.s3().list_objects_v2(**parameters)
