"""The API on Chalice's own local server, with the settings of this process's environment."""

import os
from functools import partial

from chalice import local
from chalice.cli.factory import CLIFactory

from chalicelib.aws import clients
from ops.local.http.handler import GatewayHandler
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
    local.ThreadedHTTPServer.request_queue_size = 128
    # A separate dictionary for the variables of config.json, which has default ports only.
    factory = CLIFactory(str(PROJECT), environ={})
    config = factory.create_config_obj(chalice_stage_name="local")
    server = factory.create_local_server(config.chalice_app, config, HOST, options.api_port)
    server.server.RequestHandlerClass = partial(
        GatewayHandler, app_object=config.chalice_app, config=config
    )
    with call_recorder.made_by("api_handler"):
        server.serve_forever()


if __name__ == "__main__":
    serve()
