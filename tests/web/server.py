"""The API over stores in memory, on Chalice's local server, in a separate process.

    python -m tests.web.server PORT

requires tokens; its first line of output is a token with all scopes.
"""

import os
import sys

from chalice.config import Config

from chalicelib.auth.callers import Scope
from chalicelib.auth.tokens import new_token
from ops.local.http.api import api_server
from ops.local.http.server import listen
from tests.environment import NO_LIMITS, SETTINGS


def serve(port: int) -> None:
    """Serve until the process is ended."""
    os.environ.update({**SETTINGS, **NO_LIMITS, "AUTH_MODE": "token", "LOG_LEVEL": "ERROR"})
    from app import app, wiring
    from tests.conftest import with_fakes

    with_fakes(wiring)
    text, token = new_token("ann", frozenset(Scope), "", wiring.clock(), None)
    wiring.token_store.put(token)
    config = Config.create(chalice_app=app, chalice_stage="local")
    server = api_server(app, config, listen(port), wiring.settings.origins)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
