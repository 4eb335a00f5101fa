"""The API on Chalice's own local server, with the settings of this process's environment."""

import os
from functools import partial

from chalice import local
from chalice.cli.factory import CLIFactory

from chalicelib.aws import clients
from ops.local import calls
from ops.local.handler import GatewayHandler
from ops.local.names import HOST, PROJECT
from ops.local.options import read_options
from ops.local.patience import PATIENCE


def serve() -> None:
    """Answer until the process is ended."""
    calls.record_calls(os.environ)
    clients.wait_for_stores(PATIENCE)
    options = read_options(os.environ)
    local.ThreadedHTTPServer.request_queue_size = 128
    # A dictionary of its own takes the variables of config.json, which know default ports only.
    factory = CLIFactory(str(PROJECT), environ={})
    config = factory.create_config_obj(chalice_stage_name="local")
    server = factory.create_local_server(config.chalice_app, config, HOST, options.api_port)
    server.server.RequestHandlerClass = partial(
        GatewayHandler, app_object=config.chalice_app, config=config
    )
    with calls.made_by("api_handler"):
        server.serve_forever()


if __name__ == "__main__":
    serve()
