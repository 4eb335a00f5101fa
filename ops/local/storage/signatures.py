"""Verifies AWS Signature Version 4."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256 "
_TIME = "%Y%m%dT%H%M%SZ"
_CLOCKS_MAY_DIFFER = timedelta(minutes=5)  # as in AWS


class NotSigned(Exception):
    """The request has no valid signature; the text says why."""


@dataclass(frozen=True)
class SignedRequest:
    """The signed parts of a request: `target` is path and query, header names are lowercase."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def check_signature(request: SignedRequest, secrets: Mapping[str, str], now: datetime) -> str:
    """Return the access key that signed the request; `secrets` are secret keys by access key.

    NotSigned if the signature is missing, expired, wrong or by another key.
    """
    headers = request.headers
    access_key, scope, names, signature = _parts(headers.get("authorization", ""))
    timestamp = headers.get("x-amz-date", "")
    if access_key not in secrets:
        raise NotSigned(
            "The access key is not one of this stack's: `./darkroom credentials` prints them, "
            "with --chalice it records them for `chalice local`. Set its DATA_DIR."
        )
    if not _is_fresh(timestamp, now) or not {"host", "x-amz-date"} <= names:
        raise NotSigned("The signature has expired, or does not cover the host and the time.")
    signed = {name: headers[name] for name in names if name in headers}
    signer = SigV4Auth(Credentials(access_key, secrets[access_key]), scope[2], scope[1])
    if not hmac.compare_digest(signature, _signature(signer, request, signed, timestamp)):
        raise NotSigned("The signature does not match the request.")
    return access_key


def _parts(authorization: str) -> tuple[str, list[str], set[str], str]:
    """Access key, scope (date, region, service, terminator), signed headers, signature."""
    fields = dict(
        part.strip().partition("=")[::2]
        for part in authorization.removeprefix(_ALGORITHM).split(",")
    )
    access_key, *scope = fields.get("Credential", "").split("/")
    if not authorization.startswith(_ALGORITHM) or len(scope) != 4:
        raise NotSigned("The request is not signed.")
    names = set(fields.get("SignedHeaders", "").split(";"))
    return access_key, scope, names, fields.get("Signature", "")


def _is_fresh(timestamp: str, now: datetime) -> bool:
    try:
        signed_at = datetime.strptime(timestamp, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(now - signed_at) <= _CLOCKS_MAY_DIFFER


def _signature(
    signer: Any, request: SignedRequest, signed: Mapping[str, str], timestamp: str
) -> str:
    again = AWSRequest(
        method=request.method,
        url=f"http://{signed['host']}{request.target}",
        headers=signed,
        data=request.body,
    )
    again.context["timestamp"] = timestamp
    text = signer.string_to_sign(again, signer.canonical_request(again))
    return str(signer.signature(text, again))
