"""Chalice's local gateway, with the same gateway responses that API Gateway is configured with."""

from typing import Any

from chalice.app import Chalice, Response
from chalice.config import Config
from chalice.local import (
    ForbiddenError,
    LocalGateway,
    LocalGatewayAuthorizer,
    NotAuthorizedError,
)

from chalicelib.errors import TransientError
from ops.local.runtime.call_recorder import made_inside
from ops.packaging.gateway import NO_ANSWER, NO_ROUTE, NO_TOKEN, answer


class Authorizer(LocalGatewayAuthorizer):
    """The authorizer, whose calls to AWS are recorded as its own."""

    def authorize(self, *request: Any) -> Any:
        """The request with the authorizer's response."""
        with made_inside("authorize"):
            return super().authorize(*request)


class Gateway(LocalGateway):
    """The gateway in front of the API."""

    def __init__(self, app_object: Chalice, config: Config) -> None:
        super().__init__(app_object, config)
        self._authorizer = Authorizer(app_object)

    def handle_request(self, *request: Any, **named: Any) -> dict[str, Any]:
        """The application's response, or the gateway's own."""
        try:
            answered: dict[str, Any] = super().handle_request(*request, **named)
        except NotAuthorizedError:
            return _sent(answer(NO_TOKEN))
        except (ForbiddenError, UnicodeEncodeError):  # Chalice quotes the token, as ASCII
            return _sent(answer(NO_ROUTE))
        except TransientError:  # from the authorizer: the application handles its own
            return _sent(answer(NO_ANSWER))
        return answered


def _sent(answered: Response) -> dict[str, Any]:
    sent: dict[str, Any] = answered.to_dict()
    return sent
