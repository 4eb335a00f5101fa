"""The API on Chalice's own local server, with the settings of this process's environment."""

import os
import socket
from collections.abc import Collection
from functools import partial

from chalice import local
from chalice.app import Chalice
from chalice.cli.factory import CLIFactory
from chalice.config import Config

from chalicelib.aws import clients
from ops.local.http.handler import GatewayHandler
from ops.local.http.server import LocalServer, listen
from ops.local.names import HOST
from ops.local.runtime import call_recorder
from ops.local.stack.options import read_options
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.project import PROJECT


def serve() -> None:
    """Serve until the process is stopped."""
    call_recorder.record_calls(os.environ)
    clients.wait_for_stores(PART_TIMEOUT_SECONDS)
    options = read_options(os.environ)
    # A separate dictionary for the variables of config.json, which has default ports only.
    factory = CLIFactory(str(PROJECT), environ={})
    config = factory.create_config_obj(chalice_stage_name="local")
    listening = listen(options.api_port)
    server = api_server(config.chalice_app, config, listening, options.site_origins)
    with call_recorder.made_by("api_handler"):
        server.serve_forever()


def api_server(
    app: Chalice, config: Config, listening: socket.socket, origins: Collection[str]
) -> LocalServer:
    """The server of `app` on an open socket, which pages of `origins` may call."""
    # Chalice's own server is not used; creating it gives each thread its own current request.
    local.create_local_server(app, config, HOST, 0).server.server_close()
    handler = partial(GatewayHandler, app_object=app, config=config)
    return LocalServer(listening, handler, origins)


if __name__ == "__main__":
    serve()
