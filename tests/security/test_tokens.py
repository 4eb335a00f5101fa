"""Attempts with the application's own tokens."""

from collections.abc import Callable

import pytest

from chalicelib.access.callers import Scope
from tests.builders import ULID
from tests.security.house import UPLOAD, House, past, refused

ROUTES = {
    ("POST", "/uploads"): Scope.UPLOAD,
    ("GET", "/generate-upload-url?filename=a.png&content_type=image/png"): Scope.UPLOAD,
    ("GET", "/images"): Scope.READ,
    ("POST", "/images"): Scope.UPLOAD,
    ("GET", f"/images/{ULID}"): Scope.READ,
    ("DELETE", f"/images/{ULID}"): Scope.DELETE,
    ("POST", f"/images/{ULID}/reprocess"): Scope.UPLOAD,
    ("GET", "/variants"): Scope.READ,
}
OPEN = {"/health", "/openapi.json"}
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
def test_a_header_that_does_not_hold_is_refused(house: House, attempt: str) -> None:
    header = HEADERS[attempt](house.token("ann"))
    assert refused(house.ask("GET", "/images", headers={"Authorization": header}))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_same_header_with_a_good_token_is_let_in(house: House, scheme: str) -> None:
    header = f"{scheme} {house.token('ann')}"
    assert house.ask("GET", "/images", headers={"Authorization": header}).status_code == 200


def test_the_hash_that_is_kept_is_no_token(house: House) -> None:
    token = house.token("ann")
    kept = house.kept(token)
    assert refused(house.ask("GET", "/images", kept.sha256))
    assert refused(house.ask("GET", "/images", f"dr_{kept.id}_{kept.sha256}"))
    assert token[-64:] not in str(kept)


def test_an_expired_token_is_refused(house: House) -> None:
    assert refused(house.ask("GET", "/images", house.token("ann", expires_at=past())))


def test_a_revoked_token_is_refused(house: House) -> None:
    token = house.token("ann")
    assert house.ask("GET", "/images", token).status_code == 200
    house.wiring.token_store.remove(house.kept(token).id)
    assert refused(house.ask("GET", "/images", token))


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "Authorization"])
def test_a_token_in_the_query_is_none(house: House, name: str) -> None:
    token = house.token("ann")
    assert house.ask("GET", f"/images?{name}={token}").status_code == 401


@pytest.mark.parametrize("header", ["X-Authorization", "Cookie", "Proxy-Authorization"])
def test_a_token_in_another_header_is_none(house: House, header: str) -> None:
    answer = house.ask("GET", "/images", headers={header: f"Bearer {house.token('ann')}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["X-Subject", "X-Owner", "X-Amzn-Principal-Id"])
def test_a_header_that_claims_to_be_somebody_changes_nothing(house: House, header: str) -> None:
    image = house.picture(house.token("ann"))
    answer = house.ask("GET", f"/images/{image['id']}", house.token("bob"), headers={header: "ann"})
    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_without_a_token(house: House, method: str, path: str) -> None:
    assert house.ask(method, path, body=BODY if method == "POST" else None).status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_to_a_token_without_its_scope(
    house: House, method: str, path: str
) -> None:
    others = frozenset(Scope) - {ROUTES[method, path], Scope.ADMIN}
    token = house.token("ann", others)
    answer = house.ask(method, path, token, BODY if method == "POST" else None)
    assert (answer.status_code, answer.json_body["code"]) == (403, "lacking_scope")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_token_with_its_scope_alone_is_let_in(house: House, method: str, path: str) -> None:
    token = house.token("ann", frozenset({ROUTES[method, path]}))
    answer = house.ask(method, path, token, BODY if method == "POST" else None)
    assert answer.status_code in (200, 201, 202, 404, 422)


def test_every_route_is_guarded_or_meant_to_be_open(house: House) -> None:
    routes = {
        (method, path, entry.authorizer is not None)
        for path, methods in house.application.app.routes.items()
        for method, entry in methods.items()
        if " " not in entry.view_name  # as in those that complete the paths
    }
    unguarded = {path for _, path, guarded in routes if not guarded}
    assert unguarded == OPEN
    guarded = {(method, path.replace("{image_id}", ULID)) for method, path, is_ in routes if is_}
    assert guarded == {(method, path.partition("?")[0]) for method, path in ROUTES}


def test_the_api_document_names_each_routes_scope(house: House) -> None:
    document = house.ask("GET", "/openapi.json").json_body
    told = {
        (method.upper(), path.replace("{image_id}", ULID)): route.get("description", "")
        for path, methods in document["paths"].items()
        for method, route in methods.items()
        if "security" in route
    }
    wanted = {(method, path.partition("?")[0]): scope for (method, path), scope in ROUTES.items()}
    assert told.keys() == wanted.keys()
    assert all(f"`{wanted[route]}`" in text for route, text in told.items())


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_needs_no_token(house: House, path: str) -> None:
    assert house.ask("GET", path).status_code == 200


def test_a_preflight_needs_no_token(house: House) -> None:
    origin = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = house.ask("OPTIONS", "/uploads", headers=origin)
    assert answer.status_code == 204
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_a_refusal_names_the_scheme_and_can_be_read_by_the_page(house: House) -> None:
    answer = house.ask("GET", "/images", "wrong", headers={"Origin": "https://shop.example"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def event(context: dict[str, object], *headers: str) -> dict[str, object]:
    """What API Gateway sends to the API's function after its authorizer's verdict."""
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
def test_the_api_lets_in_just_whom_its_authorizer_has_named(
    house: House, context: dict[str, object], status: int
) -> None:
    header = f"Bearer {house.token('ann')}"
    assert house.application.app(event(context, header), None)["statusCode"] == status


def test_two_tokens_of_which_the_authorizer_saw_one_are_refused(house: House) -> None:
    both = event({"authorizer": ANN}, "Bearer one", "Bearer two")
    assert house.application.app(both, None)["statusCode"] == 401
