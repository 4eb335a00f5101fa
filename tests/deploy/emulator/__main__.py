"""`python -m tests.deploy.emulator PORT`: serves until the process is ended."""

import logging
import sys
import warnings

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from tests.deploy.emulator import data, functions, gateway, resources, stacks
from tests.deploy.emulator.lookups import cache_lookups


def serve(port: int) -> None:
    """Patch moto, then serve."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    warnings.simplefilter("ignore")
    MotoRequestHandler.disable_nagle_algorithm = True
    cache_lookups()
    resources.patch()
    data.patch()
    stacks.patch()
    functions.patch()
    gateway.patch()
    make_server(
        "127.0.0.1",
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
    ).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
