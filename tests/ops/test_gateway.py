"""What Chalice tells API Gateway: who guards each route, and what it answers by itself."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from chalicelib.web.operations import OPERATIONS
from ops.local.names import PROJECT
from tests.environment import SETTINGS

_DESCRIBE = """
import json
from chalice.deploy.swagger import TerraformSwaggerGenerator
from ops.packaging.gateway import use_own_answers
use_own_answers()
import app
print(json.dumps(TerraformSwaggerGenerator().generate_swagger(app.app)))
"""


def described(mode: str) -> Any:
    """The API's description under an AUTH_MODE."""
    done = subprocess.run(
        [sys.executable, "-c", _DESCRIBE],
        cwd=PROJECT,
        env=os.environ | SETTINGS | {"AUTH_MODE": mode},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def guarded() -> Any:
    return described("token")


def test_a_verdict_is_kept_for_a_minute(guarded: Any) -> None:
    (definition,) = guarded["securityDefinitions"].values()
    authorizer = definition["x-amazon-apigateway-authorizer"]
    assert authorizer["authorizerResultTtlInSeconds"] == 60
    assert authorizer["authorizerUri"] == "${aws_lambda_function.authorize.invoke_arn}"
    assert definition["name"] == "Authorization"


def test_all_but_what_is_open_asks_the_authorizer(guarded: Any) -> None:
    unguarded = {
        (method, path)
        for path, methods in guarded["paths"].items()
        for method, route in methods.items()
        if not any("authorize" in one for one in route.get("security", ()))
    }
    # Preflights and methods that are refused ask nobody.
    assert unguarded & OPERATIONS.keys() == {("get", "/health"), ("get", "/openapi.json")}


def test_without_tokens_no_route_asks() -> None:
    assert "securityDefinitions" not in described("none")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("UNAUTHORIZED", 401, "unauthenticated"),
        ("ACCESS_DENIED", 403, "lacking_scope"),
        ("MISSING_AUTHENTICATION_TOKEN", 404, "unknown_route"),
        ("THROTTLED", 429, "limit_reached"),
        ("AUTHORIZER_FAILURE", 503, "unavailable"),
        ("AUTHORIZER_CONFIGURATION_ERROR", 503, "unavailable"),
        ("INTEGRATION_TIMEOUT", 504, "timed_out"),
        ("REQUEST_TOO_LARGE", 413, "body_too_large"),
        ("DEFAULT_4XX", 400, "unreadable_request"),
        ("DEFAULT_5XX", 500, "internal_error"),
    ],
)
def test_the_gateways_own_answers_are_problems_that_any_page_may_read(
    guarded: Any, kind: str, status: int, code: str
) -> None:
    answer = guarded["x-amazon-apigateway-gateway-responses"][kind]
    problem = json.loads(answer["responseTemplates"]["application/json"])
    assert (answer["statusCode"], problem["status"], problem["code"]) == (str(status), status, code)
    headers = answer["responseParameters"]
    assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_its_refusals_name_the_scheme_and_the_wait(guarded: Any) -> None:
    answers = guarded["x-amazon-apigateway-gateway-responses"]
    headers = {kind: answer["responseParameters"] for kind, answer in answers.items()}
    assert headers["UNAUTHORIZED"]["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"
    assert headers["THROTTLED"]["gatewayresponse.header.Retry-After"] == "'1'"
