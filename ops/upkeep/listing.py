"""Listing a bucket in parallel: it is cut at its common prefixes, and each part has its pages."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, passing_faults_renamed

_PAGE = 1000  # keys, the most that S3 gives at once


@dataclass(frozen=True)
class Found:
    """An object as a listing shows it."""

    key: str
    bytes: int


@dataclass(frozen=True)
class Part:
    """Objects of a bucket: all below `prefix`, or, not `deep`, those with no slash after it."""

    prefix: str
    deep: bool = True


def cut(bucket: str, prefix: str, wanted: int) -> list[Part]:
    """Parts that together are all below `prefix`, about `wanted`, found level by level.

    A level of over a page is not cut: to enumerate it is as much work as to list it.
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
    """A page of the part's objects from `token` on, and the next one's token, None at the end.

    A token that S3 does not take any more begins anew.
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
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": part.prefix, "MaxKeys": _PAGE}
    if not part.deep:
        asked["Delimiter"] = "/"
    if token:
        # Not the last key: SeaweedFS has an order of its own, in which a key may hide others.
        asked["ContinuationToken"] = token
    with passing_faults_renamed("S3"):
        return clients.s3().list_objects_v2(**asked)
