"""The server of DynamoDB, SQS and EventBridge: moto behind its journal."""

import logging
import os

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from ops.local.durable import DurableAws
from ops.local.journal import Journal
from ops.local.lookups import remember_lookups
from ops.local.names import HOST
from ops.local.options import read_options
from ops.local.queries import look_only_under_the_hash_key
from ops.local.transactions import put_aside_only_what_is_written


def serve() -> None:
    """Restore what was there, then answer until the process is ended."""
    options = read_options(os.environ)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    MotoRequestHandler.disable_nagle_algorithm = True  # it writes headers and body apart
    remember_lookups()
    look_only_under_the_hash_key()
    put_aside_only_what_is_written()
    durable = DurableAws(
        DomainDispatcherApplication(create_backend_app), Journal(options.data / "aws.journal")
    )
    print(f"{durable.restore()} calls replayed")
    make_server(
        HOST, options.aws_port, durable, threaded=True, request_handler=MotoRequestHandler
    ).serve_forever()


if __name__ == "__main__":
    serve()
