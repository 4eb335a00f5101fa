"""The gate of the API: an authorizer's verdict goes in, the caller comes out."""

from typing import Any

from chalice.app import AuthResponse, Chalice

from chalicelib.access.callers import ANYBODY, Caller, Scope, as_context, from_context
from chalicelib.errors import Unauthenticated

VERDICT_SECONDS = 60  # for as long API Gateway keeps a verdict, and a revoked token may still hold


def verdict(caller: Caller | None) -> AuthResponse:
    """What the authorizer answers; it lets all through, to where they get a proper answer."""
    # Its own refusal would be the gateway's, without problem details and the page's CORS headers.
    return AuthResponse(routes=["*"], principal_id="caller", context=as_context(caller))


class Gate:
    """Lets those through whom the authorizer has recognized, and everybody where there is none."""

    def __init__(self, app: Chalice, auth_mode: str) -> None:
        self._app = app
        self.is_open = auth_mode == "none"

    def caller(self, scope: Scope) -> Caller:
        """Whose request it is; Unauthenticated for nobody's, LackingScope without `scope`."""
        if self.is_open:
            return ANYBODY.allowed(scope)
        request: Any = self._app.current_request
        caller = from_context(request.context.get("authorizer"))
        if caller is None or _is_ambiguous(request.to_original_event()):
            raise Unauthenticated
        return caller.allowed(scope)


def _is_ambiguous(event: dict[str, Any]) -> bool:
    """Whether there are several tokens, of which the authorizer was shown one."""
    headers = event.get("multiValueHeaders") or {}
    given = [values for name, values in headers.items() if name.lower() == "authorization"]
    return sum(map(len, given)) > 1
