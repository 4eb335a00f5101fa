"""A token for as long as a command needs one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from chalicelib.access.callers import Scope
from chalicelib.access.tokens import new_token
from chalicelib.wiring import utc_now
from ops.cloud.faults import CloudError, explained
from ops.upkeep.reaching import Where, reach

_SUBJECT = "darkroom-smoke"
_SCOPES = frozenset({Scope.UPLOAD, Scope.READ, Scope.DELETE})
_LIFE = timedelta(minutes=15)


@contextmanager
def visiting(where: Where) -> Iterator[str]:
    """A token of the stage, revoked at the end; empty where the stage asks for none.

    CloudError where only another issuer can give one.
    """
    wiring = reach(where)
    mode = wiring.settings.auth_mode
    if mode == "none":
        yield ""
        return
    if mode == "jwt":
        raise CloudError(
            "This stage takes the tokens of your issuer. Give one with the scopes upload, read and "
            "delete in DARKROOM_TOKEN, and run `./darkroom smoke --stage "
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
