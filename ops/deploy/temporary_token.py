"""A short-lived token for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from chalicelib.auth.callers import Scope
from chalicelib.auth.tokens import new_token
from chalicelib.wiring import utc_now
from ops.aws_errors import CloudError, explained
from ops.maintenance.stage_access import Where, open_stage

_SUBJECT = "darkroom-smoke"
_SCOPES = frozenset({Scope.UPLOAD, Scope.READ, Scope.DELETE})
_LIFE = timedelta(minutes=15)


@contextmanager
def temporary_token(where: Where) -> Iterator[str]:
    """A token of the stage, revoked at the end; empty if the stage requires none.

    CloudError if tokens come from another issuer.
    """
    wiring = open_stage(where)
    mode = wiring.settings.auth_mode
    if mode == "none":
        yield ""
        return
    if mode == "jwt":
        raise CloudError(
            "This stage accepts tokens of your issuer. Put one with the scopes upload, read and "
            "delete into DARKROOM_TOKEN, and run `./darkroom smoke --stage "
            f"{where.stage}`."
        )
    now = utc_now()
    text, token = new_token(_SUBJECT, _SCOPES, "smoke test", now, now + _LIFE)
    with explained():
        wiring.token_store.put(token)
    try:
        yield text
    finally:
        with explained():
            wiring.token_store.remove(token.id)
