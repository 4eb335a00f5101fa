"""API Gateway's configuration by Chalice: each route's authorizer, and the gateway responses."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from chalicelib.web.openapi.operations import OPERATIONS
from ops.project import PROJECT
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


def test_the_authorizers_response_is_cached_for_a_minute(guarded: Any) -> None:
    (definition,) = guarded["securityDefinitions"].values()
    authorizer = definition["x-amazon-apigateway-authorizer"]
    assert authorizer["authorizerResultTtlInSeconds"] == 60
    assert authorizer["authorizerUri"] == "${aws_lambda_function.authorize.invoke_arn}"
    assert definition["name"] == "Authorization"


def test_all_but_the_public_routes_have_the_authorizer(guarded: Any) -> None:
    unguarded = {
        (method, path)
        for path, methods in guarded["paths"].items()
        for method, route in methods.items()
        if not any("authorize" in scheme for scheme in route.get("security", ()))
    }
    # Preflights and refused methods have none.
    assert unguarded & OPERATIONS.keys() == {
        ("get", "/health"),
        ("get", "/openapi.json"),
        ("get", "/shared/{token}"),
    }


def test_without_tokens_no_route_has_an_authorizer() -> None:
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
def test_gateway_responses_are_problem_details_that_any_page_may_read(
    guarded: Any, kind: str, status: int, code: str
) -> None:
    answer = guarded["x-amazon-apigateway-gateway-responses"][kind]
    problem = json.loads(answer["responseTemplates"]["application/json"])
    assert (answer["statusCode"], problem["status"], problem["code"]) == (str(status), status, code)
    headers = answer["responseParameters"]
    assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_gateway_responses_have_the_scheme_and_the_retry_delay(guarded: Any) -> None:
    answers = guarded["x-amazon-apigateway-gateway-responses"]
    headers = {kind: answer["responseParameters"] for kind, answer in answers.items()}
    assert headers["UNAUTHORIZED"]["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"
    assert headers["THROTTLED"]["gatewayresponse.header.Retry-After"] == "'1'"
