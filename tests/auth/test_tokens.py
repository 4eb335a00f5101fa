"""Attempts with the application's own tokens."""

from collections.abc import Callable

import pytest

from chalicelib.auth.callers import Scope
from tests.auth.harness import UPLOAD, Harness, past, refused
from tests.builders import ULID

SHARE = "aaaabbbbccccdddd"
ROUTES = {
    ("POST", "/uploads"): Scope.UPLOAD,
    ("GET", f"/uploads/{ULID}/parts"): Scope.UPLOAD,
    ("POST", f"/uploads/{ULID}/parts"): Scope.UPLOAD,
    ("POST", f"/uploads/{ULID}/complete"): Scope.UPLOAD,
    ("DELETE", f"/uploads/{ULID}"): Scope.UPLOAD,
    ("GET", "/generate-upload-url?filename=a.png&content_type=image/png"): Scope.UPLOAD,
    ("GET", "/images"): Scope.READ,
    ("POST", "/images"): Scope.UPLOAD,
    ("GET", f"/images/{ULID}"): Scope.READ,
    ("PATCH", f"/images/{ULID}"): Scope.UPLOAD,
    ("DELETE", f"/images/{ULID}"): Scope.DELETE,
    ("POST", f"/images/{ULID}/reprocess"): Scope.UPLOAD,
    ("GET", f"/images/{ULID}/original"): Scope.READ,
    ("POST", f"/images/{ULID}/share"): Scope.UPLOAD,
    ("GET", f"/images/{ULID}/share"): Scope.READ,
    ("DELETE", f"/images/{ULID}/share/{SHARE}"): Scope.UPLOAD,
    ("GET", "/variants"): Scope.READ,
}
OPEN = {"/health", "/openapi.json"}
UNKNOWN_WITHOUT_A_TOKEN = {
    "/renditions/{image_id}/{folder}/{name}",  # the CDN's, which has no token
    "/renditions/private/{image_id}/{folder}/{name}",  # likewise; it sends a secret
    "/shared/{token}",
}
BODY = UPLOAD | {"bucket": "test-uploads", "key": "a"}


def without_last(text: str) -> str:
    return text[:-1]


def one_changed(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def other_id(text: str) -> str:
    _, token_id, secret = text.split("_")
    return f"dr_{token_id[::-1]}_{secret}"


HEADERS: dict[str, Callable[[str], str]] = {
    "an empty header": lambda _: "",
    "the scheme alone": lambda _: "Bearer",
    "the scheme and a space": lambda _: "Bearer ",
    "no scheme": lambda good: good,
    "another scheme": lambda good: f"Basic {good}",
    "a scheme with a letter more": lambda good: f"Bearers {good}",
    "two tokens": lambda good: f"Bearer {good} {good}",
    "two tokens with a comma": lambda good: f"Bearer nonsense, Bearer {good}",
    "a line break": lambda good: f"Bearer {good}\r\nX-Owner: bob",
    "a null character": lambda good: f"Bearer {good}\0",
    "letters beyond ASCII": lambda good: f"Bearer {good}ü",
    "an asterisk": lambda _: "Bearer *",
    "a token without its last character": lambda good: f"Bearer {without_last(good)}",
    "a token with one character more": lambda good: f"Bearer {good}0",
    "a token with one character changed": lambda good: f"Bearer {one_changed(good)}",
    "a token in capitals": lambda good: f"Bearer {good.upper()}",
    "a token under another id": lambda good: f"Bearer {other_id(good)}",
    "a token's id alone": lambda good: f"Bearer {good.rpartition('_')[0]}",
    "the form of a hash": lambda _: f"Bearer {64 * 'a'}",
    "a token of a megabyte": lambda good: f"Bearer {good}{1_000_000 * 'a'}",
    "a way up for an id": lambda good: f"Bearer dr_../../secrets_{good[-64:]}",
    "the secret's own entry": lambda good: f"Bearer dr_cursors_{good[-64:]}",
}


@pytest.mark.parametrize("attempt", HEADERS)
def test_an_invalid_header_is_refused(harness: Harness, attempt: str) -> None:
    header = HEADERS[attempt](harness.token("ann"))
    assert refused(harness.request("GET", "/images", headers={"Authorization": header}))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_case_insensitive(harness: Harness, scheme: str) -> None:
    header = f"{scheme} {harness.token('ann')}"
    assert harness.request("GET", "/images", headers={"Authorization": header}).status_code == 200


def test_the_stored_hash_is_not_a_token(harness: Harness) -> None:
    token = harness.token("ann")
    kept = harness.kept(token)
    assert refused(harness.request("GET", "/images", kept.sha256))
    assert refused(harness.request("GET", "/images", f"dr_{kept.id}_{kept.sha256}"))
    assert token[-64:] not in str(kept)


def test_an_expired_token_is_refused(harness: Harness) -> None:
    assert refused(harness.request("GET", "/images", harness.token("ann", expires_at=past())))


def test_a_revoked_token_is_refused(harness: Harness) -> None:
    token = harness.token("ann")
    assert harness.request("GET", "/images", token).status_code == 200
    harness.wiring.token_store.remove(harness.kept(token).id)
    assert refused(harness.request("GET", "/images", token))


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "Authorization"])
def test_a_token_in_the_query_is_ignored(harness: Harness, name: str) -> None:
    token = harness.token("ann")
    assert harness.request("GET", f"/images?{name}={token}").status_code == 401


@pytest.mark.parametrize("header", ["X-Authorization", "Cookie", "Proxy-Authorization"])
def test_a_token_in_another_header_is_ignored(harness: Harness, header: str) -> None:
    answer = harness.request("GET", "/images", headers={header: f"Bearer {harness.token('ann')}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["X-Subject", "X-Owner", "X-Amzn-Principal-Id"])
def test_a_header_that_claims_a_subject_has_no_effect(harness: Harness, header: str) -> None:
    image = harness.picture(harness.token("ann"))
    answer = harness.request(
        "GET", f"/images/{image['id']}", harness.token("bob"), headers={header: "ann"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_requires_a_token(harness: Harness, method: str, path: str) -> None:
    assert (
        harness.request(
            method, path, body=BODY if method in {"PATCH", "POST"} else None
        ).status_code
        == 401
    )


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_requires_its_scope(harness: Harness, method: str, path: str) -> None:
    others = frozenset(Scope) - {ROUTES[method, path], Scope.ADMIN}
    token = harness.token("ann", others)
    answer = harness.request(method, path, token, BODY if method in {"PATCH", "POST"} else None)
    assert (answer.status_code, answer.json_body["code"]) == (403, "lacking_scope")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_token_with_only_the_routes_scope_is_accepted(
    harness: Harness, method: str, path: str
) -> None:
    token = harness.token("ann", frozenset({ROUTES[method, path]}))
    answer = harness.request(method, path, token, BODY if method in {"PATCH", "POST"} else None)
    assert answer.status_code in (200, 201, 202, 404, 422)


def test_every_route_is_protected_or_meant_to_be_open(harness: Harness) -> None:
    routes = {
        (method, path, entry.authorizer is not None)
        for path, methods in harness.application.app.routes.items()
        for method, entry in methods.items()
        if " " not in entry.view_name  # skips the routes that complete the paths
    }
    unguarded = {path for _, path, guarded in routes if not guarded}
    assert unguarded == OPEN | UNKNOWN_WITHOUT_A_TOKEN
    guarded = {
        (method, path.replace("{image_id}", ULID).replace("{share_id}", SHARE))
        for method, path, is_ in routes
        if is_
    }
    assert guarded == {(method, path.partition("?")[0]) for method, path in ROUTES}


def test_the_api_document_names_each_routes_scope(harness: Harness) -> None:
    document = harness.request("GET", "/openapi.json").json_body
    described = {
        (
            method.upper(),
            path.replace("{image_id}", ULID).replace("{share_id}", SHARE),
        ): route.get("description", "")
        for path, methods in document["paths"].items()
        for method, route in methods.items()
        if "security" in route
    }
    wanted = {(method, path.partition("?")[0]): scope for (method, path), scope in ROUTES.items()}
    assert described.keys() == wanted.keys()
    assert all(f"`{wanted[route]}`" in text for route, text in described.items())


@pytest.mark.parametrize("path", sorted(OPEN))
def test_an_open_route_needs_no_token(harness: Harness, path: str) -> None:
    assert harness.request("GET", path).status_code == 200


def test_a_preflight_needs_no_token(harness: Harness) -> None:
    origin = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = harness.request("OPTIONS", "/uploads", headers=origin)
    assert answer.status_code == 204
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_a_refusal_names_the_scheme_and_is_readable_by_the_page(harness: Harness) -> None:
    answer = harness.request("GET", "/images", "wrong", headers={"Origin": "https://shop.example"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def event(context: dict[str, object], *headers: str) -> dict[str, object]:
    """What API Gateway sends to the API's function after calling its authorizer."""
    return {
        "httpMethod": "GET",
        "requestContext": {"resourcePath": "/variants", "httpMethod": "GET", **context},
        "headers": {"Authorization": headers[-1]},
        "multiValueHeaders": {"Authorization": list(headers)},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }


ANN = {"subject": "ann", "scopes": "read", "principalId": "caller"}


@pytest.mark.parametrize(
    ("context", "status"),
    [
        ({"authorizer": ANN}, 200),
        ({}, 401),
        ({"authorizer": None}, 401),
        ({"authorizer": {"principalId": "caller"}}, 401),
        ({"authorizer": {"subject": "ann"}}, 401),
        ({"authorizer": {"scopes": "read admin"}}, 401),
        ({"authorizer": ANN | {"scopes": ""}}, 403),
        ({"authorizer": ANN | {"scopes": "reader"}}, 403),
        ({"identity": ANN}, 401),
    ],
)
def test_the_api_accepts_only_callers_that_its_authorizer_named(
    harness: Harness, context: dict[str, object], status: int
) -> None:
    header = f"Bearer {harness.token('ann')}"
    assert harness.application.app(event(context, header), None)["statusCode"] == status


def test_two_tokens_of_which_the_authorizer_saw_only_one_are_refused(harness: Harness) -> None:
    both = event({"authorizer": ANN}, "Bearer one", "Bearer two")
    assert harness.application.app(both, None)["statusCode"] == 401
