"""Gateway responses: what API Gateway returns itself, as the same problem details."""

from typing import Any

from chalice.app import Chalice, Response
from chalice.deploy.models import RestAPI
from chalice.deploy.swagger import SwaggerGenerator

from chalicelib.errors import (
    BodyTooLarge,
    Forbidden,
    InsufficientScope,
    InternalError,
    LimitReached,
    MalformedBody,
    RequestError,
    TimedOut,
    Unauthenticated,
    Unavailable,
    UnknownRoute,
    UnreadableRequest,
    UnsupportedMediaType,
)
from chalicelib.web.boundary import EXPOSED
from chalicelib.web.responses import problem_response

_KEY = "x-amazon-apigateway-gateway-responses"
_generate = SwaggerGenerator.generate_swagger

NO_TOKEN = Unauthenticated()
NO_ROUTE = UnknownRoute()
NO_ANSWER = Unavailable()
ANSWERS: dict[str, RequestError] = {
    "ACCESS_DENIED": InsufficientScope("The token does not allow this."),
    "API_CONFIGURATION_ERROR": InternalError(),
    "AUTHORIZER_CONFIGURATION_ERROR": NO_ANSWER,
    "AUTHORIZER_FAILURE": NO_ANSWER,
    "BAD_REQUEST_BODY": MalformedBody("The request's body cannot be read."),
    "BAD_REQUEST_PARAMETERS": UnreadableRequest(),
    "DEFAULT_4XX": UnreadableRequest(),
    "DEFAULT_5XX": InternalError(),
    # On unknown paths, API Gateway mistakes any Authorization header for an AWS signature.
    "EXPIRED_TOKEN": NO_ROUTE,
    "INTEGRATION_FAILURE": NO_ANSWER,
    "INTEGRATION_TIMEOUT": TimedOut(),
    "INVALID_SIGNATURE": NO_ROUTE,
    "MISSING_AUTHENTICATION_TOKEN": NO_ROUTE,
    "REQUEST_TOO_LARGE": BodyTooLarge(),
    "RESOURCE_NOT_FOUND": NO_ROUTE,
    "THROTTLED": LimitReached("There are too many requests at once.", 1),
    "UNAUTHORIZED": NO_TOKEN,
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType(),
    "WAF_FILTERED": Forbidden(),
}


def answer(refusal: RequestError) -> Response:
    """Problem details that any page may read, as they contain no private data."""
    answered = problem_response(refusal)
    answered.headers |= {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
        "X-Content-Type-Options": "nosniff",
    }
    return answered


def use_own_answers() -> None:
    """Make Chalice add them to the API's description in this process."""
    SwaggerGenerator.generate_swagger = _with_answers  # type: ignore[method-assign]


def _with_answers(
    self: SwaggerGenerator, app: Chalice, rest_api: RestAPI | None = None
) -> dict[str, Any]:
    described: dict[str, Any] = _generate(self, app, rest_api)
    answers = {kind: _described(answer(refusal)) for kind, refusal in ANSWERS.items()}
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
