"""Distributions over TLS on loopback: behaviours, functions, signatures, origins and their groups.

Nothing is cached. `CDN_CERTIFICATE` is a file with certificate and key for localhost.
"""

import fnmatch
import json
import os
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import urllib3

from ops.local.http import cdn_signatures
from tests.edge_events import event

Response = tuple[int, Any, bytes]

FUNCTIONS: dict[str, str] = {}  # code by ARN
PUBLIC_KEYS: dict[str, str] = {}  # PEM by id
KEY_GROUPS: dict[str, list[str]] = {}  # ids of public keys by the group's id
DISTRIBUTIONS: dict[str, "Distribution"] = {}
_RUN = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const handler = new Function(`${given.code}; return handler;`)();
const result = handler(given.event);
process.stdout.write(JSON.stringify(result));
"""
_HOP_BY_HOP = frozenset({"connection", "content-length", "host", "transfer-encoding", "keep-alive"})
_pool = urllib3.PoolManager()


@dataclass
class Distribution:
    """A distribution that is served."""

    config: dict[str, Any]
    server: "Server"
    rewritten: dict[tuple[str, str], Any] = field(default_factory=dict)


class Sent(NamedTuple):
    """A request to an origin; `target` is path and query."""

    method: str
    target: str
    headers: Any
    body: bytes


class Server(ThreadingHTTPServer):
    """The TLS server of a distribution."""

    daemon_threads = True
    identifier = ""


class Handler(BaseHTTPRequestHandler):
    """Forwards each request to the origin of its behaviour."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def answer(self) -> None:
        """Forward one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = DISTRIBUTIONS[self.server.identifier]  # type: ignore[attr-defined]
        status, headers, content = forward(found, self.command, self.path, self.headers, body)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def serve(identifier: str, config: dict[str, Any]) -> str:
    """Serve a distribution at a free port; return its host and port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CDN_CERTIFICATE"])
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.identifier = identifier
    threading.Thread(target=server.serve_forever, daemon=True).start()
    DISTRIBUTIONS[identifier] = Distribution(config, server)
    return f"localhost:{server.server_port}"


def end(identifier: str) -> None:
    """Stop serving a distribution."""
    found = DISTRIBUTIONS.pop(identifier, None)
    if found:
        found.server.shutdown()
        found.server.server_close()


def forward(
    distribution: Distribution, method: str, target: str, headers: Any, body: bytes
) -> Response:
    """Status, headers and body of the origin's response."""
    parts = urlsplit(target)
    config = distribution.config
    behaviour = _behaviour(config, parts.path)
    if method not in behaviour.get("AllowedMethods", ("GET", "HEAD")):
        return 403, {}, b""
    if "TrustedKeyGroups" in behaviour and not _is_signed(behaviour, parts, headers):
        return 403, {}, b""
    path = parts.path if parts.path != "/" else f"/{config['DefaultRootObject']}"
    rewritten = _rewritten(behaviour, event(path, parts.query, headers.get("Accept", "")))
    if "statusCode" in rewritten:
        return int(rewritten["statusCode"]), {}, b""
    query = f"?{parts.query}" if parts.query and rewritten["querystring"] else ""
    sent = Sent(method, f"{rewritten['uri']}{query}", headers, body)
    return _from_target(config, behaviour["TargetOriginId"], sent)


def _from_target(config: dict[str, Any], target: str, sent: Sent) -> Response:
    """The response of an origin, or of the first member of a group that does not fail over."""
    origins = {origin["Id"]: origin for origin in config["Origins"]}
    if target in origins:
        return _from_origin(origins[target], sent)
    group = next(g for g in config["OriginGroups"]["Items"] if g["Id"] == target)
    first, second = (origins[m["OriginId"]] for m in group["Members"]["Items"])
    answer = _from_origin(first, sent)
    failing = group["FailoverCriteria"]["StatusCodes"]["Items"]
    return _from_origin(second, sent) if answer[0] in map(int, failing) else answer


def _from_origin(origin: dict[str, Any], sent: Sent) -> Response:
    gateway = os.environ["EMULATOR_GATEWAY"]
    host, path = origin["DomainName"], origin.get("OriginPath", "") + sent.target
    if "S3OriginConfig" in origin:
        bucket = host.partition(".s3.")[0]
        answer = _pool.request("GET", f"{gateway}/{bucket}{path}", preload_content=True)
        status = 403 if answer.status == 404 else answer.status
        return status, answer.headers, answer.data
    own = {h["HeaderName"].lower(): h["HeaderValue"] for h in origin.get("OriginCustomHeaders", ())}
    passed = {k.lower(): v for k, v in sent.headers.items() if k.lower() not in _HOP_BY_HOP}
    answer = _pool.request(
        sent.method,
        f"{gateway}/_aws/execute-api/{host.partition('.')[0]}{path}",
        body=sent.body or None,
        headers=passed | own,
        redirect=False,
    )
    return answer.status, answer.headers, answer.data


def _behaviour(config: dict[str, Any], path: str) -> Any:
    for behaviour in config.get("CacheBehaviors", ()):
        if fnmatch.fnmatchcase(path, behaviour["PathPattern"]):
            return behaviour
    return config["DefaultCacheBehavior"]


def _is_signed(behaviour: dict[str, Any], parts: SplitResult, headers: Any) -> bool:
    trusted = {
        i: PUBLIC_KEYS[i] for group in behaviour["TrustedKeyGroups"] for i in KEY_GROUPS[group]
    }
    base = f"https://{headers['Host']}"
    try:
        cdn_signatures.check(
            base, parts.path, parts.query, headers.get("Cookie", ""), trusted, datetime.now(UTC)
        )
    except cdn_signatures.NotAllowed:
        return False
    return True


def _rewritten(behaviour: dict[str, Any], event: dict[str, Any]) -> Any:
    """The request after the viewer-request function, or the function's own response."""
    for association in behaviour.get("FunctionAssociations", ()):
        code = FUNCTIONS[association["FunctionARN"]]
        given = json.dumps({"code": code, "event": event})
        done = subprocess.run(
            ["node", "-e", _RUN], input=given, capture_output=True, text=True, check=True
        )
        event = {**event, "request": json.loads(done.stdout)}
    return event["request"]
