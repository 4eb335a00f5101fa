"""What API Gateway answers by itself, before the application is asked: the same problem details."""

from typing import Any

from chalice.app import Chalice, Response
from chalice.deploy.models import RestAPI
from chalice.deploy.swagger import SwaggerGenerator

from chalicelib.errors import (
    LackingScope,
    LimitReached,
    MalformedBody,
    RequestError,
    Unauthenticated,
)
from chalicelib.web.answers import EXPOSED, problem
from chalicelib.web.refusals import (
    BodyTooLarge,
    Forbidden,
    InternalError,
    TimedOut,
    Unavailable,
    UnknownRoute,
    Unreadable,
    UnsupportedMediaType,
)

_KEY = "x-amazon-apigateway-gateway-responses"
_generate = SwaggerGenerator.generate_swagger

NO_TOKEN = Unauthenticated()
NO_ROUTE = UnknownRoute()
NO_ANSWER = Unavailable()
ANSWERS: dict[str, RequestError] = {
    "ACCESS_DENIED": LackingScope("The token does not allow this."),
    "API_CONFIGURATION_ERROR": InternalError(),
    "AUTHORIZER_CONFIGURATION_ERROR": NO_ANSWER,
    "AUTHORIZER_FAILURE": NO_ANSWER,
    "BAD_REQUEST_BODY": MalformedBody("The request's body cannot be read."),
    "BAD_REQUEST_PARAMETERS": Unreadable(),
    "DEFAULT_4XX": Unreadable(),
    "DEFAULT_5XX": InternalError(),
    # It takes any Authorization on a path that it does not have for a signature of AWS's.
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
    """Problem details which any page may read: they tell nothing of anybody."""
    answered = problem(refusal)
    answered.headers |= {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
        "X-Content-Type-Options": "nosniff",
    }
    return answered


def use_own_answers() -> None:
    """Have Chalice, in this process, describe them with the API."""
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
