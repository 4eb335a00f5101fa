"""The API on Chalice's own local server, with the settings of this process's environment."""

import os

from chalice import local
from chalice.cli.factory import CLIFactory

from ops.local import calls
from ops.local.gateway import use_own_gateway
from ops.local.names import HOST, PROJECT
from ops.local.options import read_options


def serve() -> None:
    """Answer until the process is ended."""
    calls.record_calls(os.environ)
    use_own_gateway()
    options = read_options(os.environ)
    local.ThreadedHTTPServer.request_queue_size = 128
    # It sends headers and body apart, and the body would wait for the headers' receipt.
    local.ChaliceRequestHandler.disable_nagle_algorithm = True
    # The application's own log has a line for each, as JSON, and without its query.
    local.ChaliceRequestHandler.log_request = _keep_quiet
    # A dictionary of its own takes the variables of config.json, which know default ports only.
    factory = CLIFactory(str(PROJECT), environ={})
    config = factory.create_config_obj(chalice_stage_name="local")
    server = factory.create_local_server(config.chalice_app, config, HOST, options.api_port)
    with calls.made_by("api_handler"):
        server.serve_forever()


def _keep_quiet(*_: object) -> None:
    pass


if __name__ == "__main__":
    serve()
