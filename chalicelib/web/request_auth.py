"""Request authentication: the authorizer's response, and the caller that views read from it."""

from typing import Any

from chalice.app import AuthResponse, Chalice

from chalicelib.auth.callers import ANONYMOUS, Caller, Scope, from_context, to_context
from chalicelib.errors import Unauthenticated

# API Gateway caches authorizer responses this long, so a revoked token may work until then.
AUTHORIZER_TTL_SECONDS = 60


def authorizer_response(caller: Caller | None) -> AuthResponse:
    """The authorizer's response; it allows every request, and the views refuse invalid callers."""
    # A denial would become the gateway's response, without problem details and CORS headers.
    return AuthResponse(routes=["*"], principal_id="caller", context=to_context(caller))


class RequestAuth:
    """Reads callers from the authorizer's context; without an authorizer, all are anonymous."""

    def __init__(self, app: Chalice, auth_mode: str) -> None:
        self._app = app
        self.is_open = auth_mode == "none"

    def caller(self, scope: Scope) -> Caller:
        """The request's caller; Unauthenticated if unknown, InsufficientScope without `scope`."""
        if self.is_open:
            return ANONYMOUS.allowed(scope)
        request: Any = self._app.current_request
        caller = from_context(request.context.get("authorizer"))
        if caller is None or _is_ambiguous(request.to_original_event()):
            raise Unauthenticated
        return caller.allowed(scope)


def _is_ambiguous(event: dict[str, Any]) -> bool:
    """Whether the request has several tokens, of which the authorizer saw only one."""
    headers = event.get("multiValueHeaders") or {}
    given = [values for name, values in headers.items() if name.lower() == "authorization"]
    return sum(map(len, given)) > 1
