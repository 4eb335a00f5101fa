"""The local server of DynamoDB, SQS, EventBridge, SSM and STS.

DynamoDB is AWS's DynamoDB Local, the others are `ops.local.storage.messaging`. Each request must be
signed by one of the stack's identities, so no browser and no other user of this machine has access.
"""

import json
import os
import signal
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from urllib.parse import parse_qs

from ops.local import names
from ops.local.http import access
from ops.local.http.server import LocalRequest, LocalServer, listen
from ops.local.stack import signing_keys
from ops.local.stack.credentials import secret_keys, webhook_secret
from ops.local.stack.options import Options, read_options
from ops.local.storage import dynamodb_download
from ops.local.storage.aws_socket import LISTENING
from ops.local.storage.database import Database, set_mark
from ops.local.storage.dynamodb import DynamoDbLocal, end_with
from ops.local.storage.messaging import Messaging, Refused
from ops.local.storage.queues import Queues
from ops.local.storage.signatures import NotSigned, SignedRequest, check_signature

_DYNAMODB = "DynamoDB_20120810."
# STS's response to GetCallerIdentity, the one operation that clients need.
_CALLER = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{names.ACCOUNT}:user/local</Arn><UserId>LOCAL</UserId>"
    f"<Account>{names.ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_LONGEST_BODY = 16 * 1024 * 1024  # DynamoDB's own limit


class AwsServer(LocalServer):
    """The listening server over the stores of one stack.

    `secrets` are the stack's secret keys by access key. `listening` is a listening socket that
    outlives this process, so that clients wait through a restart.
    """

    def __init__(
        self,
        dynamodb: DynamoDbLocal,
        messaging: Messaging,
        secrets: Mapping[str, str],
        listening: socket.socket,
    ) -> None:
        self.dynamodb = dynamodb
        self.messaging = messaging
        self.secrets = secrets
        super().__init__(listening, AwsRequest)


class AwsRequest(LocalRequest):
    """Handles the requests of one connection."""

    server: AwsServer

    def access_problem(self) -> str | None:
        """Why the request is not handled, whoever signed it; None if no browser sent it."""
        return "Browsers have no access." if access.is_from_browser(self.headers) else None

    def refuse_access(self, sentence: str) -> None:
        """Send AWS's error."""
        self._refuse(Refused("AccessDeniedException", sentence, HTTPStatus.FORBIDDEN))

    def do_POST(self) -> None:  # noqa: N802
        """Handle a signed request as AWS would."""
        try:
            body = self._body()
            self._check(body)
            self._answer(self.headers.get("X-Amz-Target", ""), body)
        except Refused as refused:
            self._refuse(refused)

    def do_GET(self) -> None:  # noqa: N802
        """Refuse: requests are signed POSTs."""
        self._refuse(Refused("MissingAuthenticationToken", "Requests are signed POSTs."))

    do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = do_GET  # noqa: N815

    def log_request(self, *_: object) -> None:
        """Log nothing: each call is in its caller's log."""

    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > _LONGEST_BODY:
            raise Refused("SerializationException", "The body's length is missing or too large.")
        return self.read_body(int(length))

    def _check(self, body: bytes) -> None:
        request = SignedRequest("POST", self.path, self._headers(), body)
        try:
            check_signature(request, self.server.secrets, datetime.now(UTC))
        except NotSigned as reason:
            raise Refused(
                "UnrecognizedClientException", str(reason), HTTPStatus.FORBIDDEN
            ) from reason

    def _answer(self, target: str, body: bytes) -> None:
        if target.startswith(_DYNAMODB):
            self.wfile.write(self.server.dynamodb.answer(self._headers(), body))
            return
        if not target and parse_qs(body.decode("latin-1")).get("Action") == ["GetCallerIdentity"]:
            self._send_content(HTTPStatus.OK, "text/xml", _CALLER.encode())
            return
        try:
            parameters = json.loads(body or b"{}")
        except ValueError as reason:
            raise Refused("SerializationException", "The body is not JSON.") from reason
        self._send(HTTPStatus.OK, self.server.messaging.answer(target, parameters))

    def _refuse(self, refused: Refused) -> None:
        self.close_connection = True  # what follows may be a body that was not read
        self._send(refused.status, {"__type": refused.code, "message": str(refused)})

    def _send(self, status: HTTPStatus, answer: object) -> None:
        self._send_content(status, "application/x-amz-json-1.0", json.dumps(answer).encode())

    def _send_content(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def serve(
    options: Options, listening: socket.socket, webhook_url: str, tables: Path | None
) -> None:
    """Serve until the process is stopped; without a folder, `tables` are kept in memory."""
    dynamodb = DynamoDbLocal(dynamodb_download.home(), tables)
    queues = Queues(options.data / "queues.sqlite")
    messaging = Messaging(
        queues,
        options.aws_url,
        {
            names.WEBHOOK_SECRET: lambda: webhook_secret(options.data),
            names.CDN_KEY: lambda: signing_keys.parameter(options.data),
        },
        names.WEBHOOKS_QUEUE if webhook_url else None,
    )
    server = AwsServer(dynamodb, messaging, secret_keys(options.data), listening)
    signal.signal(signal.SIGTERM, _end)
    database = Database(options.data / "events.sqlite")
    with database.change() as connection:
        set_mark(connection, names.AWS, str(os.getpid()))
    database.close()
    try:
        server.serve_forever()
    finally:
        dynamodb.close()
        queues.close()


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit


def main() -> None:
    """Serve on the socket that the environment names, or on AWS_PORT."""
    options = read_options(os.environ)
    number = os.environ.get(LISTENING)
    listening = socket.socket(fileno=int(number)) if number else listen(options.aws_port)
    tables = options.data / "dynamodb"
    tables.mkdir(exist_ok=True)
    serve(options, listening, os.environ.get("WEBHOOK_URL", ""), tables)


if __name__ == "__main__":
    end_with(main)
