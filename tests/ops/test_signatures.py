"""Verification of signatures made by botocore."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from ops.local.storage.signatures import NotSigned, SignedRequest, check_signature

SECRETS = {"KEY": "secret", "OTHER": "another"}


def signed(body: bytes = b"{}", target: str = "/", key: str = SECRETS["KEY"]) -> SignedRequest:
    """A request that a client signs now."""
    request = AWSRequest(
        method="POST",
        url=f"http://127.0.0.1:5001{target}",
        headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Host": "127.0.0.1:5001"},
        data=body,
    )
    SigV4Auth(Credentials("KEY", key), "dynamodb", "us-east-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return SignedRequest("POST", target, headers, body)


def changed(request: SignedRequest, **headers: str) -> SignedRequest:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return SignedRequest(request.method, request.target, {**request.headers, **given}, request.body)


@given(st.binary(max_size=200), st.sampled_from(["/", "/a%20b", "/?b=2&a=1&a=0", "/queue/one"]))
def test_a_valid_signature_returns_its_access_key(body: bytes, target: str) -> None:
    assert check_signature(signed(body, target), SECRETS, datetime.now(UTC)) == "KEY"


@pytest.mark.parametrize(
    "make",
    [
        lambda: signed(key=SECRETS["OTHER"]),
        lambda: changed(signed(), x_amz_target="DynamoDB_20120810.DeleteTable"),
        lambda: changed(signed(), host="rebound.example:5001"),
        lambda: changed(signed(), authorization=""),
        lambda: changed(signed(), authorization="Bearer x"),
        lambda: changed(signed(), authorization="AWS4-HMAC-SHA256 Credential=KEY/a/b/c/d"),
        lambda: changed(signed(), x_amz_date="yesterday"),
        lambda: SignedRequest("POST", "/", signed().headers, b"another body"),
        lambda: SignedRequest("POST", "/elsewhere", signed().headers, b"{}"),
        lambda: SignedRequest("PUT", "/", signed().headers, b"{}"),
        lambda: SignedRequest("POST", "/", {}, b"{}"),
    ],
)
def test_a_request_that_its_signature_does_not_cover_is_refused(
    make: Callable[[], SignedRequest],
) -> None:
    with pytest.raises(NotSigned):
        check_signature(make(), SECRETS, datetime.now(UTC))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_is_valid_for_five_minutes(minutes: int) -> None:
    with pytest.raises(NotSigned, match="expired"):
        check_signature(signed(), SECRETS, datetime.now(UTC) + timedelta(minutes=minutes))


def test_a_signature_must_cover_host_and_time() -> None:
    request = signed()
    without_host = request.headers["authorization"].replace("host;", "")
    with pytest.raises(NotSigned):
        check_signature(changed(request, authorization=without_host), SECRETS, datetime.now(UTC))


def test_an_unknown_access_key_is_refused() -> None:
    with pytest.raises(NotSigned, match="access key"):
        check_signature(signed(), {"OTHER": "another"}, datetime.now(UTC))
