"""What API Gateway answers by itself, before the application is asked: the same problem details."""

from typing import Any

from chalice.app import Chalice, Response
from chalice.deploy.models import RestAPI
from chalice.deploy.swagger import SwaggerGenerator

from chalicelib.errors import (
    LackingScope,
    LimitReached,
    MalformedBody,
    NotFound,
    RequestError,
    Unauthenticated,
    UploadTooLarge,
)
from chalicelib.web.answers import problem, unavailable

_KEY = "x-amazon-apigateway-gateway-responses"
_generate = SwaggerGenerator.generate_swagger

NO_TOKEN = Unauthenticated()
NO_ROUTE = NotFound("There is no such route.")
_REFUSALS: dict[str, RequestError] = {
    "UNAUTHORIZED": NO_TOKEN,
    "ACCESS_DENIED": LackingScope("The token does not allow this."),
    "MISSING_AUTHENTICATION_TOKEN": NO_ROUTE,
    "THROTTLED": LimitReached("There are too many requests at once.", 1),
    "BAD_REQUEST_BODY": MalformedBody("The request's body cannot be read."),
    "REQUEST_TOO_LARGE": UploadTooLarge("The request's body is too large."),
    "DEFAULT_4XX": RequestError("The request is not one that can be answered."),
}
_FAULTS = (
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DEFAULT_5XX",
)


def answer(refusal: RequestError | None) -> Response:
    """Problem details of a refusal, or of a fault, which any page may read: they tell nothing."""
    answered = problem(refusal) if refusal else unavailable("This cannot be answered right now.")
    answered.headers["Access-Control-Allow-Origin"] = "*"
    return answered


def use_own_answers() -> None:
    """Have Chalice, in this process, describe them with the API."""
    SwaggerGenerator.generate_swagger = _with_answers  # type: ignore[method-assign]


def _with_answers(
    self: SwaggerGenerator, app: Chalice, rest_api: RestAPI | None = None
) -> dict[str, Any]:
    described: dict[str, Any] = _generate(self, app, rest_api)
    answers = {kind: _described(answer(refusal)) for kind, refusal in _REFUSALS.items()}
    answers |= {kind: _described(answer(None)) for kind in _FAULTS}
    return {**described, _KEY: answers}


def _described(answered: Response) -> dict[str, Any]:
    return {
        "statusCode": str(answered.status_code),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'"
            for name, value in answered.headers.items()
        },
        "responseTemplates": {"application/json": answered.body},
    }
