"""Chalice's local gateway, with the same gateway responses that API Gateway is configured with."""

import logging
from typing import Any

from chalice.app import Chalice, Response
from chalice.config import Config
from chalice.local import (
    ForbiddenError,
    LocalGateway,
    LocalGatewayAuthorizer,
    LocalGatewayException,
    NotAuthorizedError,
)

from chalicelib.errors import InternalError
from ops.local.runtime.call_recorder import made_inside
from ops.packaging.gateway import ANSWERS, NO_ROUTE, NO_TOKEN, answer

_log = logging.getLogger(__name__)


class AuthorizerFailure(Exception):
    """The authorizer raised an error, of whatever kind: API Gateway does not distinguish them."""


class Authorizer(LocalGatewayAuthorizer):
    """The authorizer, whose calls to AWS are recorded as its own."""

    def authorize(self, *request: Any) -> Any:
        """The request with the authorizer's response; AuthorizerFailure if it has none."""
        with made_inside("authorize"):
            try:
                return super().authorize(*request)
            except LocalGatewayException:
                raise
            except Exception as error:  # the authorizer has logged it
                raise AuthorizerFailure from error


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
        except AuthorizerFailure:
            return _sent(answer(ANSWERS["AUTHORIZER_FAILURE"]))
        except LocalGatewayException:
            raise
        except Exception:
            _log.exception("The local gateway failed.")
            return _sent(answer(InternalError()))
        return answered


def _sent(answered: Response) -> dict[str, Any]:
    sent: dict[str, Any] = answered.to_dict()
    return sent
