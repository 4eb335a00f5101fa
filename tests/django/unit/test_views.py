"""Tokens, the proxy, and what the widget asks."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from django_darkroom import tokens
from django_darkroom.images import from_view
from django_darkroom.signed import sign, verify
from sample.models import Product

from unit.conftest import ID, FakeDarkroom, view, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("configure")]
ISSUER, AUDIENCE = "https://shop.example/darkroom", "https://photos.example/api"
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


def pem(key: Any) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEYS = {
    "ES256": pem(ec.generate_private_key(ec.SECP256R1())),
    "RS256": pem(rsa.generate_private_key(65537, 2048)),
    "EdDSA": pem(ed25519.Ed25519PrivateKey.generate()),
}


@pytest.fixture
def signed_in(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def bearer(editor: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.browser_token(editor)}"}


def test_nobody_gets_a_token_without_signing_in(client: Client) -> None:
    assert client.get("/darkroom/token").status_code == 403


def test_only_those_get_a_token_who_may_upload(client: Client, visitor: Any) -> None:
    client.force_login(visitor)
    assert client.get("/darkroom/token").status_code == 403


def test_the_project_decides_who_may_upload(
    client: Client, visitor: Any, configure: Callable[..., None]
) -> None:
    configure(TOKEN="dr_site", MAY_UPLOAD="unit.test_views.named_bob")
    client.force_login(visitor)
    assert client.get("/darkroom/token").status_code == 200


def named_bob(user: Any) -> bool:
    return user.get_username() == "bob"


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_each_user_gets_a_short_lived_jwt_that_the_published_keys_verify(
    signed_in: Client, editor: Any, configure: Callable[..., None], algorithm: str
) -> None:
    configure(ISSUER=ISSUER, AUDIENCE=AUDIENCE, KEY=KEYS[algorithm])
    token = signed_in.get("/darkroom/token").json()["token"]
    discovery = signed_in.get("/darkroom/.well-known/openid-configuration").json()
    assert discovery == {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks.json"}
    (key,) = signed_in.get("/darkroom/jwks.json").json()["keys"]
    assert not {"d", "p", "q"} & set(key)
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    claims = jwt.decode(
        token, jwt.PyJWK(key), algorithms=[algorithm], audience=AUDIENCE, issuer=ISSUER
    )
    assert claims["sub"] == f"user-{editor.pk}"
    assert claims["scope"] == "upload read"
    assert claims["exp"] - time.time() <= 300


def test_without_an_issuer_there_are_no_keys(client: Client) -> None:
    assert client.get("/darkroom/jwks.json").status_code == 404


def test_the_proxy_adds_the_sites_token_which_browsers_never_see(
    client: Client, bearer: dict[str, str], darkroom: FakeDarkroom
) -> None:
    ticket = {
        "url": "https://store.example/",
        "status_url": f"{darkroom.address}/images/{ID}",
        "parts_url": f"{darkroom.address}/uploads/{ID}/parts",
    }
    darkroom.responses["POST", "/uploads"] = (201, ticket)
    answer = client.post(
        "/darkroom/api/uploads", b'{"size":1}', content_type="application/json", headers=bearer
    )
    assert answer.status_code == 201
    assert answer.json() == {
        "url": "https://store.example/",
        "status_url": f"/images/{ID}",
        "parts_url": f"/uploads/{ID}/parts",
    }
    assert darkroom.requests == [("POST", "/uploads", "Bearer dr_site", b'{"size":1}')]


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer x", "Bearer dr_site"])
def test_the_proxy_refuses_other_tokens(client: Client, darkroom: FakeDarkroom, given: str) -> None:
    answer = client.get(f"/darkroom/api/images/{ID}", headers={"Authorization": given})
    assert answer.status_code == 401
    assert darkroom.requests == []


def test_the_proxy_takes_no_cookies_in_place_of_a_token(signed_in: Client) -> None:
    assert signed_in.get(f"/darkroom/api/images/{ID}").status_code == 401


def test_the_proxy_refuses_users_who_may_not_upload_any_more(
    client: Client, editor: Any, bearer: dict[str, str]
) -> None:
    editor.is_active = False
    editor.save()
    assert client.get(f"/darkroom/api/images/{ID}", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"images/{ID}"),
        ("PATCH", f"images/{ID}"),
        ("GET", "images"),
        ("GET", f"images/{ID}/original"),
        ("POST", f"images/{ID}/share"),
        ("GET", "images/../variants"),
        ("GET", "images/%2e%2e%2fvariants"),
    ],
)
def test_the_proxy_forwards_nothing_but_uploads(
    client: Client, bearer: dict[str, str], darkroom: FakeDarkroom, method: str, path: str
) -> None:
    answer = client.generic(method, f"/darkroom/api/{path}", headers=bearer)
    assert answer.status_code == 404
    assert darkroom.requests == []


def test_a_refused_token_of_the_site_is_no_reason_for_another_of_the_browser(
    client: Client, bearer: dict[str, str], darkroom: FakeDarkroom
) -> None:
    darkroom.responses["GET", f"/images/{ID}"] = (401, {"detail": "No."})
    assert client.get(f"/darkroom/api/images/{ID}", headers=bearer).status_code == 502


def test_a_value_is_given_for_an_image_of_the_user(
    signed_in: Client, editor: Any, darkroom: FakeDarkroom, configure: Callable[..., None]
) -> None:
    configure(ISSUER=ISSUER, AUDIENCE=AUDIENCE, KEY=KEYS["ES256"])
    darkroom.images[ID] = waiting()
    value = signed_in.post(f"/darkroom/images/{ID}").json()["value"]
    assert verify(value) == from_view(waiting())
    token = darkroom.requests[0][2].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["sub"] == f"user-{editor.pk}"


def test_no_value_is_given_for_an_image_of_somebody_else(signed_in: Client) -> None:
    assert signed_in.post(f"/darkroom/images/{ID}").status_code == 404


def test_the_present_value_is_read_as_its_owner_and_stored(
    signed_in: Client, darkroom: FakeDarkroom, configure: Callable[..., None]
) -> None:
    configure(ISSUER=ISSUER, AUDIENCE=AUDIENCE, KEY=KEYS["ES256"])
    product = Product.objects.create(title="Harbour", photo=from_view(waiting()))
    darkroom.add()
    answer = signed_in.post(f"/darkroom/images/{ID}", {"value": sign(product.photo)})
    assert answer.json()["status"] == "ready"
    product.refresh_from_db()
    assert product.photo.is_ready
    token = darkroom.requests[0][2].removeprefix("Bearer ")
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == "ann"


def event(secret: str, at: float | None = None, **changes: Any) -> dict[str, Any]:
    """What Darkroom posts, as arguments of a test client's `post`."""
    body = json.dumps({"id": ID, "owner": "ann", "status": "ready", **changes})
    timestamp = str(int(at or time.time()))
    signed = f"msg_1.{timestamp}.{body}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,other v1,{mac}",
    }
    return {"data": body, "content_type": "application/json", "headers": headers}


def test_a_webhook_stores_the_new_state(
    client: Client, darkroom: FakeDarkroom, configure: Callable[..., None]
) -> None:
    configure(TOKEN="dr_site", WEBHOOK_SECRET=f"whsec_{'A' * 32} {SECRET}")
    product = Product.objects.create(title="Harbour", photo=from_view(waiting()))
    darkroom.add()
    assert client.post("/darkroom/webhook", **event(SECRET)).status_code == 204
    product.refresh_from_db()
    assert product.photo.is_ready


@pytest.mark.parametrize(
    "given", [event("whsec_" + "B" * 32), event(SECRET, at=time.time() - 3600)]
)
def test_a_webhook_that_is_not_darkrooms_is_refused(
    client: Client, darkroom: FakeDarkroom, configure: Callable[..., None], given: dict[str, Any]
) -> None:
    configure(TOKEN="dr_site", WEBHOOK_SECRET=SECRET)
    assert client.post("/darkroom/webhook", **given).status_code == 401
    assert darkroom.requests == []


def test_without_a_secret_every_webhook_is_refused(client: Client) -> None:
    assert client.post("/darkroom/webhook", **event("whsec_")).status_code == 401


def test_a_webhook_is_asked_for_again_while_darkroom_does_not_respond(
    client: Client, configure: Callable[..., None]
) -> None:
    configure(TOKEN="dr_site", WEBHOOK_SECRET=SECRET, API="http://127.0.0.1:9")
    assert client.post("/darkroom/webhook", **event(SECRET)).status_code == 503


def test_views_show_no_more_than_they_were_given() -> None:
    assert "history" not in from_view(view(history=[])).to_dict()
