"""Attempts with the tokens of an OpenID Connect issuer."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode
from jwt.warnings import InsecureKeyLengthWarning

from chalicelib.auth.jwks import KeySet
from chalicelib.auth.jwt import JwtVerifier
from chalicelib.wiring import utc_now
from tests.auth.harness import Harness, refused
from tests.auth.issuer import AUDIENCE, Issuer, fetch, settings_for, unsigned

Make = Callable[[Issuer], str]
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed_with_the_public_key(issuer: Issuer) -> str:
    """The classic attack: HS256, with the public key as the secret."""
    parts = unsigned({"alg": "HS256", "kid": "rsa-1"}, issuer.claims()).rpartition(".")[0]
    mark = hmac.new(issuer.public_pem(), parts.encode(), hashlib.sha256).digest()
    return f"{parts}.{base64url_encode(mark).decode()}"


def signed_with_a_weak_key(issuer: Issuer, algorithm: str = "RS256") -> str:
    with pytest.warns(InsecureKeyLengthWarning):
        return jwt.encode(issuer.claims(), issuer.weak_rsa, algorithm, {"kid": "rsa-weak"})


def signed_on_another_curve(issuer: Issuer, kid: str = "ec-other") -> str:
    """ES256, whose curve is P-256, with a key of secp256k1."""
    parts = unsigned({"alg": "ES256", "kid": kid}, issuer.claims()).rpartition(".")[0]
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(parts.encode(), issuer.other_curve)
    return f"{parts}.{base64url_encode(signature).decode()}"


def of_a_stranger(**header: Any) -> Make:
    return lambda issuer: jwt.encode(
        issuer.claims(), STRANGER, "RS256", headers={"kid": "rsa-1", **header}
    )


def claiming(**changes: Any) -> Make:
    return lambda issuer: issuer.token(**changes)


def dated(**seconds: int) -> Make:
    """A token with times this many seconds from now."""
    return lambda issuer: issuer.token(
        **{name: int(time.time()) + offset for name, offset in seconds.items()}
    )


def headed(**headers: Any) -> Make:
    return lambda issuer: issuer.token(headers)


def signature_of(issuer: Issuer) -> str:
    return issuer.token().rpartition(".")[2]


def with_changed_claims(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    body = base64url_encode(json.dumps(issuer.claims(sub="bob")).encode()).decode()
    return f"{head}.{body}.{signature}"


def with_its_own_key(issuer: Issuer) -> str:
    key = RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
    return of_a_stranger(jwk=key)(issuer)


ATTEMPTS: dict[str, Make] = {
    "alg none": lambda issuer: unsigned({"alg": "none"}, issuer.claims()),
    "alg None": lambda issuer: unsigned({"alg": "None", "kid": "rsa-1"}, issuer.claims()),
    "alg none with a signature": lambda issuer: unsigned(
        {"alg": "none", "kid": "rsa-1"}, issuer.claims(), b"signed"
    ),
    "no alg": lambda issuer: unsigned({"kid": "rsa-1"}, issuer.claims(), b"signed"),
    "an alg that is a list": lambda issuer: unsigned({"alg": ["RS256"]}, issuer.claims(), b"x"),
    "HS256 with the public key": signed_with_the_public_key,
    "HS256 with the published secret": lambda issuer: jwt.encode(
        issuer.claims(), b"k" * 32, "HS256", headers={"kid": "oct-1"}
    ),
    "RS512, which is not pinned": lambda issuer: jwt.encode(
        issuer.claims(), issuer.rsa, "RS512", headers={"kid": "rsa-1"}
    ),
    "the EC key's id on an RSA signature": headed(kid="ec-1"),
    "the RSA key's id on an EC signature": lambda issuer: jwt.encode(
        issuer.claims(), issuer.ec, "ES256", headers={"kid": "rsa-1"}
    ),
    "an RSA key of 1024 bits": signed_with_a_weak_key,
    "a key on another curve": signed_on_another_curve,
    "a key on a curve that is too small": lambda issuer: signed_on_another_curve(
        issuer, "ec-small"
    ),
    "a stranger's RSA key": of_a_stranger(),
    "a stranger's EC key": lambda issuer: jwt.encode(
        issuer.claims(),
        ec.generate_private_key(ec.SECP256R1()),
        "ES256",
        headers={"kid": "ec-1"},
    ),
    "a key of its own in the header": with_its_own_key,
    "an unknown kid": headed(kid="rsa-2"),
    "no kid, where there are two keys": lambda issuer: jwt.encode(
        issuer.claims(), issuer.rsa, "RS256"
    ),
    "a kid with a path": headed(kid="../../keys"),
    "a kid with an address": headed(kid="http://127.0.0.1:1/keys"),
    "a kid that ends a query": headed(kid="' OR 1=1 --"),
    "an empty kid": headed(kid=""),
    "an unknown critical header": headed(crit=["exp2"], exp2=1),
    "another issuer": claiming(iss="https://evil.example"),
    "the issuer with a slash more": lambda issuer: issuer.token(iss=f"{issuer.address}/"),
    "no issuer": claiming(iss=None),
    "issuers in a list": lambda issuer: jwt.PyJWS().encode(
        json.dumps(issuer.claims(iss=[issuer.address])).encode(),
        issuer.rsa,
        "RS256",
        {"kid": "rsa-1"},
    ),
    "another audience": claiming(aud="https://other.example"),
    "no audience": claiming(aud=None),
    "an empty list of audiences": claiming(aud=[]),
    "an audience that only begins so": claiming(aud=f"{AUDIENCE}/more"),
    "expired": dated(exp=-3600),
    "no expiry": claiming(exp=None),
    "an expiry that is a word": claiming(exp="never"),
    "an endless expiry": claiming(exp=float("inf")),
    "not yet valid": dated(nbf=3600),
    "issued in the future": dated(iat=3600),
    "no subject": claiming(sub=None),
    "an empty subject": claiming(sub=""),
    "a subject that is everyone": claiming(sub="everyone"),
    "a subject with a line break": claiming(sub="ann\nbob"),
    "a subject of a lone surrogate": claiming(sub="\ud800"),
    "a subject that is too long": claiming(sub=256 * "a"),
    "no signature": lambda issuer: issuer.token().rpartition(".")[0] + ".",
    "a truncated signature": lambda issuer: issuer.token()[:-8],
    "the first letter of the signature changed": lambda issuer: issuer.token().replace(
        f".{signature_of(issuer)}", f".{signature_of(issuer)[::-1]}"
    ),
    "another token's signature": lambda issuer: (
        issuer.token(sub="bob").rpartition(".")[0] + "." + signature_of(issuer)
    ),
    "changed claims under the signature": with_changed_claims,
    "two parts": lambda issuer: issuer.token().rpartition(".")[0],
    "four parts": lambda issuer: issuer.token() + ".more",
    "three empty parts": lambda _: "..",
    "letters that are no base64": lambda _: "~~~.~~~.~~~",
    "a token of the other mode": lambda _: f"dr_{16 * 'a'}_{64 * 'b'}",
    "more than 8 KB": lambda issuer: issuer.token(more=9000 * "a"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_invalid_token_is_refused(jwt_harness: Harness, issuer: Issuer, attempt: str) -> None:
    token = ATTEMPTS[attempt](issuer)
    assert refused(jwt_harness.request("GET", "/images", token))


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256"])
def test_the_log_says_that_an_issuers_key_is_too_short(
    issuer: Issuer, caplog: pytest.LogCaptureFixture, algorithm: str
) -> None:
    wanted = settings_for(issuer, JWT_ALGORITHMS="RS256,RS512,PS256")
    verifier = JwtVerifier(wanted, KeySet(wanted, fetch, utc_now))
    assert verifier.authenticate(signed_with_a_weak_key(issuer, algorithm)) is None
    assert f"Issuer's key 'rsa-weak' refused for {algorithm}: " in caplog.text
    assert "1024 bits" in caplog.text


def test_a_forged_token_does_not_blame_the_issuers_key(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = settings_for(issuer)
    verifier = JwtVerifier(wanted, KeySet(wanted, fetch, utc_now))
    assert verifier.authenticate(of_a_stranger()(issuer)) is None
    assert caplog.text == ""


@pytest.mark.parametrize("header", ["jku", "x5u"])
def test_a_url_in_a_token_is_never_fetched(
    jwt_harness: Harness, issuer: Issuer, header: str
) -> None:
    address = f"{issuer.address}/evil"
    assert refused(
        jwt_harness.request("GET", "/images", of_a_stranger(**{header: address})(issuer))
    )
    assert "/evil" not in issuer.requests


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_valid_token_is_accepted_and_its_subject_is_the_owner(
    jwt_harness: Harness, issuer: Issuer, algorithm: str
) -> None:
    key, kid = {"RS256": (issuer.rsa, "rsa-1"), "ES256": (issuer.ec, "ec-1")}[algorithm]
    token = jwt.encode(issuer.claims(), key, algorithm, headers={"kid": kid})
    assert jwt_harness.picture(token)["owner"] == "auth0|ann"


@pytest.mark.parametrize(
    "make",
    [dated(exp=-10), dated(nbf=10), claiming(aud=["x", AUDIENCE])],
    ids=["exp", "nbf", "aud"],
)
def test_clocks_may_differ_a_little_and_there_may_be_several_audiences(
    jwt_harness: Harness, issuer: Issuer, make: Make
) -> None:
    assert jwt_harness.request("GET", "/images", make(issuer)).status_code == 200


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ("openid photos:read", {"read"}),
        ("photos:upload photos:read photos:delete", {"upload", "read", "delete"}),
        (["photos:admin"], {"admin"}),
        ("read upload", set()),
        ("photos:reader photos:", set()),
        ({"photos:read": True}, set()),
        (7, set()),
        ([["photos:read"], None], set()),
    ],
)
def test_scopes_come_from_the_claim_in_the_settings(
    issuer: Issuer, given: object, allowed: set[str]
) -> None:
    wanted = settings_for(issuer, JWT_SCOPE_CLAIM="permissions", JWT_SCOPE_PREFIX="photos:")
    caller = JwtVerifier(wanted, KeySet(wanted, fetch, utc_now)).authenticate(
        issuer.token(permissions=given)
    )
    assert caller is not None
    assert {scope.value for scope in caller.scopes} == allowed
