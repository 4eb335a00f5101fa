"""A fake Darkroom that tests control: the page's site, the API, the store and a foreign site."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.frontend.api import FakeApi
from tests.frontend.catalogue import rendition
from tests.frontend.servers import Request, Response, serving
from tests.waiting import GENEROUS

FRONTEND = Path(__file__).parents[2] / "frontend"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True)
class Arrival:
    """A form that reached the store: the names of its fields in order, its key and its file."""

    fields: list[str]
    key: str
    file: bytes


class FakeDarkroom(FakeApi):
    """Its attributes are set before a test's actions and inspected afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []
        self.fetched: list[str] = []  # paths of the page's site
        self.configured = True
        self.configured_for = "*"  # the origin that may read config.json
        self.refusal: str | None = None
        self.cuts = 0  # how many more connections to the store break half-way
        self.busy = 0  # how many more files the store refuses because it is busy
        self.loses_answers = False  # the store takes the file, and then the connection breaks
        self.stores_once = False  # it refuses a second file; the first one's answer is lost
        self.expired: set[str] = set()  # images whose tickets the store refuses
        self.foreign_page = ""
        self.foreign_policy = ""
        self.has_media = True
        self.store_open = threading.Event()
        self.media_open = threading.Event()
        self.release()

    def release(self) -> None:
        """Let the API, the store, the worker and the files of pictures continue."""
        self.store_open.set()
        self.worker_open.set()
        self.media_open.set()
        self.images_open.set()

    @contextmanager
    def running(self) -> Iterator["FakeDarkroom"]:
        """Serve until the end of the block."""
        with ExitStack() as stack:
            self.site = stack.enter_context(serving(self.answer_site))
            # With a path, as with the stage of API Gateway.
            self.api = stack.enter_context(serving(self.answer_api)) + "/api"
            self.store = stack.enter_context(serving(self.answer_store))
            self.foreign = stack.enter_context(serving(self.answer_foreign))
            stack.callback(self.release)
            yield self

    def answer_site(self, request: Request) -> Response:
        self.fetched.append(request.path)
        if request.path == "/config.json":
            config = json.dumps({"api": self.api}).encode()
            headers = {"Access-Control-Allow-Origin": self.configured_for}
            return Response(200, config, headers) if self.configured else Response(404)
        if request.path.startswith(("/media/", "/stable/")):
            self.media_open.wait(timeout=GENEROUS)
            if not self.has_media:
                return Response(204)
            return Response(200, rendition(request.path.split("/")[-1].removesuffix(".webp")))
        file = FRONTEND / (request.path.lstrip("/") or "index.html")
        if not file.is_file():
            return Response(404)
        headers = {
            **ANY_ORIGIN,
            "Content-Type": TYPES[file.suffix],
            "Content-Security-Policy": self.content_security_policy(),
        }
        return Response(200, file.read_bytes(), headers)

    def answer_foreign(self, request: Request) -> Response:
        """A page of another site."""
        if request.path != "/":
            return Response(204)
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": self.foreign_policy,
        }
        return Response(200, self.foreign_page.encode(), headers)

    def embed(self, element: str, around: str = "{}", script: str = "bundle/uploader.js") -> None:
        """Put this element into the foreign page."""
        body = around.format(element)
        self.foreign_page = (
            f'<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">'
            f'<script type="module" src="{self.site}/{script}"></script>'
            f"<body>{body}</body></html>"
        )
        # No more than docs/uploader.md says a strict policy has to allow.
        self.foreign_policy = (
            f"default-src 'none'; script-src {self.site} blob:; worker-src blob:;"
            f" connect-src {self.site} {self.api.removesuffix('/api')} {self.store};"
            f" img-src {self.site} blob: data:; require-trusted-types-for 'script';"
            " trusted-types darkroom-worker"
        )

    def content_security_policy(self) -> str:
        origins = f"{self.api.removesuffix('/api')} {self.store}"
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
            f" connect-src 'self' {origins}; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'; require-trusted-types-for 'script';"
            " trusted-types darkroom-worker"
        )

    def answer_store(self, request: Request) -> Response | None:
        cors = self.cors(request)
        if request.method == "OPTIONS":
            return Response(200, headers=cors)
        half = request.body.read(request.length // 2)
        if self.cuts > 0:
            self.cuts -= 1
            return None
        self.store_open.wait(timeout=GENEROUS)
        if request.method == "PUT":
            return self.answer_part(request, half)
        arrival = parse_form(half + request.body.read(request.length - len(half)), request.headers)
        code = "AccessDenied" if arrival.key in self.expired else self.refusal
        status = 403
        if self.busy > 0:
            self.busy -= 1
            status, code = 503, "SlowDown"
        if self.stores_once and any(earlier.key == arrival.key for earlier in self.arrivals):
            self.images[arrival.key]["status"] = "processing"  # its event has arrived by now
            status, code = 412, "PreconditionFailed"
        if code:
            xml = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>"
            return Response(status, xml.encode(), cors | {"Content-Type": "application/xml"})
        self.arrivals.append(arrival)
        if self.stores_once:
            return None
        self.images[arrival.key]["status"] = "processing"
        return None if self.loses_answers else Response(204, headers=cors)

    def answer_part(self, request: Request, half: bytes) -> Response | None:
        data = half + request.body.read(request.length - len(half))
        image_id, number = request.path.removeprefix("/parts/").split("/")
        cors = self.cors(request)
        if image_id in self.expired:
            self.expired.discard(image_id)
            return Response(403, b"<Error><Code>AccessDenied</Code></Error>", cors)
        checksum = hashlib.sha256(data).hexdigest()
        if request.headers["x-amz-checksum-sha256"] != checksum:
            return Response(400, b"<Error><Code>BadDigest</Code></Error>", cors)
        self.parts.setdefault(image_id, {})[int(number)] = checksum
        self.sent.append((image_id, int(number)))
        return Response(200, headers=cors)


def parse_form(body: bytes, headers: dict[str, str]) -> Arrival:
    """The parts of a multipart/form-data body."""
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    parts = body.split(b"--" + boundary)[1:-1]
    names = [part.partition(b'name="')[2].partition(b'"')[0].decode() for part in parts]
    values = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]
    key = values[names.index("key")].decode()
    return Arrival(fields=names, key=key, file=values[-1])
