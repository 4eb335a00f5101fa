"""`python -m tests.deploy.emulator PORT`: answers until the process is ended."""

import logging
import sys
import warnings

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from ops.local.lookups import remember_lookups
from werkzeug.serving import make_server

from tests.deploy.emulator import data, functions, gateway, resources, stacks


def serve(port: int) -> None:
    """Teach moto, then answer."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    warnings.simplefilter("ignore")
    MotoRequestHandler.disable_nagle_algorithm = True
    remember_lookups()
    resources.teach()
    data.teach()
    stacks.teach()
    functions.teach()
    gateway.teach()
    make_server(
        "127.0.0.1",
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
    ).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
