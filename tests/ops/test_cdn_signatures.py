"""The local CDN checks signatures by CloudFront's rules, against the SDK's own signer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.cdn_signing import CloudFrontSigner as OwnSigner
from chalicelib.aws.cdn_signing import SigningKey
from chalicelib.model import cdn_policy
from ops import signing_keys
from ops.local.http.cdn_signatures import NotAllowed, check, matches
from tests.attack.private_images.scene import cookies, rsa_signer

SITE = "https://photos.example"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PAIR, OTHER = signing_keys.new_pair(), signing_keys.new_pair()
KEYS = {"K1": PAIR.public_key, "K2": OTHER.public_key}
SIGNER = CloudFrontSigner("K1", rsa_signer(PAIR.private_key))

# What paths and queries consist of, and characters that mean something in a policy
TEXTS = st.text("abc/09-._~%=*?", max_size=20)
PATHS = TEXTS.map(lambda text: "/" + text.replace("?", "").replace("*", ""))
QUERIES = TEXTS.map(lambda text: text.replace("?", "").replace("*", ""))
SECONDS = st.integers(-1_000_000, 1_000_000)


def is_allowed(url: str, now: datetime = NOW, cookie: str = "") -> bool:
    path, _, query = url.removeprefix(SITE).partition("?")
    try:
        check(SITE, path, query, cookie, KEYS, now)
    except NotAllowed:
        return False
    return True


def joined(path: str, query: str) -> str:
    return f"{SITE}{path}{f'?{query}' if query else ''}"


@given(PATHS, QUERIES, SECONDS)
def test_a_canned_policy_allows_its_url_until_it_expires(
    path: str, query: str, seconds: int
) -> None:
    url = joined(path, "&".join(filter(None, query.split("&"))))
    signed = SIGNER.generate_presigned_url(url, date_less_than=NOW + timedelta(seconds=seconds))
    assert is_allowed(signed) == (seconds > 0)


@given(PATHS, QUERIES, SECONDS)
def test_a_custom_policy_allows_its_resource_until_it_expires(
    path: str, query: str, seconds: int
) -> None:
    url = joined(path, query)
    policy = SIGNER.build_policy(url, NOW + timedelta(seconds=seconds))
    signed = SIGNER.generate_presigned_url(url, policy=policy)
    assert is_allowed(signed) == (seconds > 0)
    assert is_allowed(url, cookie=cookies(signed.removeprefix(url).lstrip("?&"))) == (seconds > 0)


@given(PATHS, PATHS)
def test_a_canned_policy_allows_no_other_url(path: str, other: str) -> None:
    until = NOW + timedelta(hours=1)
    signed = SIGNER.generate_presigned_url(joined(path, ""), date_less_than=until)
    moved = signed.replace(joined(path, ""), joined(other, ""), 1)
    assert is_allowed(moved) == (path == other)


@given(TEXTS, TEXTS)
def test_a_policy_with_a_wildcard_at_its_end_allows_what_begins_like_it(
    start: str, url: str
) -> None:
    plain = start.replace("?", "").replace("*", "")
    assert matches(f"{plain}*", url) == url.startswith(plain)


@given(TEXTS)
def test_a_resource_matches_itself(resource: str) -> None:
    assert matches(resource, resource)


@given(st.binary(max_size=40))
def test_base64_is_that_of_the_sdk(data: bytes) -> None:
    assert cdn_policy.encoded(data).encode() == SIGNER._url_b64encode(data)
    assert cdn_policy.decoded(cdn_policy.encoded(data)) == data


@given(PATHS, st.integers(1, 4_000_000_000))
def test_our_policies_are_those_of_the_sdk(path: str, seconds: int) -> None:
    until = datetime.fromtimestamp(seconds, UTC)
    assert cdn_policy.policy(path, until).decode() == SIGNER.build_policy(path, until)


@given(st.integers(0, 255), st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_refused(at: int, by: int) -> None:
    def changed(message: bytes) -> bytes:
        signature = bytearray(rsa_signer(PAIR.private_key)(message))
        signature[at] ^= by
        return bytes(signature)

    until = NOW + timedelta(hours=1)
    signed = CloudFrontSigner("K1", changed).generate_presigned_url(
        joined("/a", ""), date_less_than=until
    )
    assert not is_allowed(signed)


@pytest.mark.parametrize(("key_id", "allowed"), [("K1", False), ("K2", True), ("K3", False)])
def test_a_key_signs_under_its_own_id_alone(key_id: str, *, allowed: bool) -> None:
    signer = CloudFrontSigner(key_id, rsa_signer(OTHER.private_key))
    until = NOW + timedelta(hours=1)
    assert is_allowed(signer.generate_presigned_url(joined("/a", ""), date_less_than=until)) == (
        allowed
    )


def test_a_policy_may_begin_later() -> None:
    policy = SIGNER.build_policy(
        f"{SITE}/*", NOW + timedelta(hours=2), date_greater_than=NOW + timedelta(hours=1)
    )
    signed = SIGNER.generate_presigned_url(joined("/a", ""), policy=policy)
    at = [is_allowed(signed, NOW + timedelta(minutes=m)) for m in (0, 90, 121)]
    assert at == [False, True, False]


@pytest.mark.parametrize(
    ("address", "allowed"), [("127.0.0.1", True), ("127.0.0.0/8", True), ("192.0.2.0/24", False)]
)
def test_a_policy_may_be_for_an_address(address: str, *, allowed: bool) -> None:
    policy = SIGNER.build_policy(f"{SITE}/*", NOW + timedelta(hours=1), ip_address=address)
    assert is_allowed(SIGNER.generate_presigned_url(joined("/a", ""), policy=policy)) == allowed


def test_a_signature_may_use_sha_256_if_it_says_so() -> None:
    key: Any = load_pem_private_key(PAIR.private_key.encode(), None)
    signer = CloudFrontSigner("K1", lambda message: key.sign(message, PKCS1v15(), SHA256()))
    signed = signer.generate_presigned_url(joined("/a", ""), date_less_than=NOW + timedelta(1))
    assert [is_allowed(signed), is_allowed(f"{signed}&Hash-Algorithm=SHA256")] == [False, True]


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"Statement":[]}',
        '{"Statement":[{"Resource":"*"}]}',
        '{"Statement":[{"Resource":"*","Condition":{}}]}',
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":"x"}}}]}',
    ],
)
def test_a_policy_without_an_expiry_is_refused(policy: str) -> None:
    assert not is_allowed(SIGNER.generate_presigned_url(joined("/a", ""), policy=policy))


def test_the_application_signs_as_the_sdk_does(monkeypatch: pytest.MonkeyPatch) -> None:
    key = SigningKey("K1", PAIR.private_key, "secret")
    monkeypatch.setattr(OwnSigner, "_read", lambda _: key)
    until = NOW + timedelta(hours=1)
    resource = f"{SITE}/private/i/01*"
    own = OwnSigner("/parameter", lambda: NOW).sign(resource, until)
    policy = SIGNER.build_policy(resource, until)
    assert SIGNER.generate_presigned_url("x", policy=policy) == f"x?{own}"


def test_two_rotations_invalidate_a_key() -> None:
    ids = {"First": "K1", "Second": "K2"}
    first = signing_keys.promoted(signing_keys.new_keys(), ids)
    second = rotated(first, ids)
    third = rotated(second, ids)
    assert [k.public_key(first.slot) == first.public_key(first.slot) for k in (second, third)] == [
        True,
        False,
    ]
    assert [k.slot for k in (first, second, third)] == ["First", "Second", "First"]


def rotated(keys: signing_keys.SigningKeys, ids: dict[str, str]) -> signing_keys.SigningKeys:
    return signing_keys.promoted(signing_keys.with_next(signing_keys.without_older(keys)), ids)


def test_a_key_signs_only_once_the_cdn_has_it() -> None:
    keys = signing_keys.promoted(signing_keys.new_keys(), {"First": "K1"})
    waiting = signing_keys.with_next(signing_keys.without_older(keys))
    assert (waiting.id, waiting.private_key) == (keys.id, keys.private_key)
    assert signing_keys.promoted(waiting, {"First": "K1"}) == waiting


def test_the_private_key_of_a_former_pair_is_not_kept() -> None:
    ids = {"First": "K1", "Second": "K2"}
    first = signing_keys.promoted(signing_keys.new_keys(), ids)
    text = signing_keys.written(rotated(first, ids))
    assert json.dumps(first.private_key)[1:-1] not in text
