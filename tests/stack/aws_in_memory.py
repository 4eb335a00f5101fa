"""The local AWS with its tables in memory, since the tests' many writes would be slow on disk."""

import os

from ops.local.http.server import listen
from ops.local.stack.options import read_options
from ops.local.storage.aws import serve
from ops.local.storage.dynamodb import end_with


def main() -> None:
    """Serve on AWS_PORT; webhooks are queued, and tests read the queue."""
    options = read_options(os.environ)
    serve(options, listen(options.aws_port), "http://127.0.0.1:9", None)


if __name__ == "__main__":
    end_with(main)
