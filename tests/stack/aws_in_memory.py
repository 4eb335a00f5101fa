"""The local AWS with its tables in memory: tests write more often than a disk likes to be asked."""

import os

from ops.local.aws import serve
from ops.local.aws_socket import listen
from ops.local.dynamodb import end_with
from ops.local.options import read_options


def main() -> None:
    """Serve on AWS_PORT; webhooks are queued, for whoever reads the queue."""
    options = read_options(os.environ)
    serve(options, listen(options.aws_port), "http://127.0.0.1:9", None)


if __name__ == "__main__":
    end_with(main)
