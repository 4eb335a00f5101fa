"""`python -m tests.cloud.dynamodb PORT`: DynamoDB Local in memory, at a port of loopback."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ops.local.storage import dynamodb_download
from ops.local.storage.dynamodb import DynamoDbLocal, end_with

HOST = "127.0.0.1"


class Handler(BaseHTTPRequestHandler):
    """Passes each request on, and the whole response back."""

    protocol_version = "HTTP/1.1"
    database: DynamoDbLocal

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.wfile.write(self.database.answer(headers, body))

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def serve(port: int) -> None:
    """Serve until the process is ended."""
    Handler.database = DynamoDbLocal(dynamodb_download.ensure(print), None)
    ThreadingHTTPServer((HOST, port), Handler).serve_forever()


if __name__ == "__main__":
    end_with(lambda: serve(int(sys.argv[1])))
