"""A Darkroom that tests direct: the page's site, the API and the store, on three origins."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.frontend.catalogue import image_view, rendition
from tests.frontend.servers import Request, Response, serving

FRONTEND = Path(__file__).parents[2] / "frontend"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Arrival:
    """A form that reached the store: its parts in order, and two of them."""

    fields: list[str]
    key: str
    file: bytes


class FakeDarkroom:
    """What tests set before, and look at after."""

    def __init__(self) -> None:
        self.orders: list[Json] = []
        self.arrivals: list[Arrival] = []
        self.images: dict[str, Json] = {}
        self.max_bytes = 25_000_000
        self.configured = True
        self.problem: Json | None = None
        self.duplicate_of: str | None = None
        self.refusal: str | None = None
        self.cuts_connections = False
        self.rejection: Json = {}
        self.api_faults: list[int] = []
        self.relative_status_url = False
        self.store_open = threading.Event()
        self.worker_open = threading.Event()
        self.release()
        self.site = self.api = self.store = ""

    def release(self) -> None:
        """Let everything go on."""
        self.store_open.set()
        self.worker_open.set()

    @contextmanager
    def running(self) -> Iterator["FakeDarkroom"]:
        """Serve until the end of the block."""
        with ExitStack() as stack:
            self.site = stack.enter_context(serving(self.answer_site))
            # A path, as API Gateway's stage has one.
            self.api = stack.enter_context(serving(self.answer_api)) + "/api"
            self.store = stack.enter_context(serving(self.answer_store))
            stack.callback(self.release)
            yield self

    def add_image(self, image_id: str, filename: str = "harbour.jpg", **changes: Any) -> Json:
        """An image that is ready."""
        self.images[image_id] = image_view(image_id, filename) | changes
        return self.images[image_id]

    def answer_site(self, request: Request) -> Response:
        if request.path == "/config.json":
            config = json.dumps({"api": self.api}).encode()
            return Response(200, config) if self.configured else Response(404)
        if request.path.startswith("/media/"):
            return Response(200, rendition(request.path.split("/")[-1].removesuffix(".webp")))
        file = FRONTEND / (request.path.lstrip("/") or "index.html")
        if not file.is_file():
            return Response(404)
        headers = {
            "Content-Type": TYPES[file.suffix],
            "Content-Security-Policy": self.content_security_policy(),
        }
        return Response(200, file.read_bytes(), headers)

    def content_security_policy(self) -> str:
        origins = f"{self.api.removesuffix('/api')} {self.store}"
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
            f" connect-src 'self' {origins}; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def cors(self) -> dict[str, str]:
        return {
            "Access-Control-Allow-Origin": self.site,
            "Access-Control-Allow-Headers": "content-type",
        }

    def answer_api(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204, headers=self.cors())
        if request.method == "POST" and request.path == "/api/uploads":
            return self.answer_order(json.loads(request.body.read(request.length)))
        if self.api_faults:
            return self.json(self.api_faults.pop(0), {"title": "A fault"})
        if request.path == "/api/images":
            newest_first = sorted(self.images.values(), key=lambda i: i["id"], reverse=True)
            ready = [image for image in newest_first if image["status"] == "ready"]
            limit = int(request.query["limit"][0])
            return self.json(200, {"images": ready[:limit], "next_cursor": None})
        return self.show(request.path.removeprefix("/api/images/"))

    def answer_order(self, order: Json) -> Response:
        self.orders.append(order)
        if self.problem:
            return self.json(self.problem["status"], self.problem)
        if self.duplicate_of:
            return self.json(200, {"duplicate_of": self.duplicate_of})
        image_id = f"NEW{len(self.orders):04}"
        self.images[image_id] = image_view(image_id, order["filename"]) | {"status": "pending"}
        path = f"/images/{image_id}"
        ticket = {
            "image_id": image_id,
            "method": "POST",
            "url": f"{self.store}/uploads",
            "fields": {"key": image_id, "Content-Type": order["content_type"], "policy": "abc"},
            "expires_at": "2030-01-01T00:00:00Z",
            "max_bytes": self.max_bytes,
            "status_url": path if self.relative_status_url else self.api + path,
        }
        return self.json(201, ticket)

    def show(self, image_id: str) -> Response:
        image = self.images.get(image_id)
        if image is None:
            return self.json(404, {"detail": "There is no such image."})
        # The first look always finds it unfinished, as with the real one.
        if image["status"] == "processing" and self.worker_open.is_set():
            final = {"status": "ready"} | self.rejection
            self.images[image_id] = image | final
        return self.json(200, image)

    def answer_store(self, request: Request) -> Response | None:
        if request.method == "OPTIONS":
            return Response(200, headers=self.cors() | {"Access-Control-Allow-Methods": "POST"})
        half = request.body.read(request.length // 2)
        if self.cuts_connections:
            return None
        self.store_open.wait(timeout=60)
        arrival = parse_form(half + request.body.read(request.length - len(half)), request.headers)
        if self.refusal:
            xml = f"<?xml version='1.0'?><Error><Code>{self.refusal}</Code></Error>"
            return Response(403, xml.encode(), self.cors() | {"Content-Type": "application/xml"})
        self.arrivals.append(arrival)
        self.images[arrival.key]["status"] = "processing"
        return Response(204, headers=self.cors())

    def json(self, status: int, body: Json) -> Response:
        kind = "application/json" if status < 400 else "application/problem+json"
        return Response(status, json.dumps(body).encode(), self.cors() | {"Content-Type": kind})


def problem(status: HTTPStatus, detail: str) -> Json:
    """An RFC 9457 document."""
    return {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}


def parse_form(body: bytes, headers: dict[str, str]) -> Arrival:
    """The parts of a multipart/form-data body."""
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    parts = body.split(b"--" + boundary)[1:-1]
    names = [part.partition(b'name="')[2].partition(b'"')[0].decode() for part in parts]
    values = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]
    key = values[names.index("key")].decode()
    return Arrival(fields=names, key=key, file=values[-1])
