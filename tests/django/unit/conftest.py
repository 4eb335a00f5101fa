"""Fixtures: an API of Darkroom in memory, and people who use the site."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

ID = "01M7Y2N0N9BYRK049JRFXGS292"
PLACES = "https://photos.example"


@dataclass
class FakeDarkroom:
    """An API: its images by id, and the requests that it has received."""

    address: str = ""
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    responses: dict[tuple[str, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    requests: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def add(self, image_id: str = ID, **changes: Any) -> dict[str, Any]:
        self.images[image_id] = view(id=image_id, **changes)
        return self.images[image_id]

    def respond(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        if (method, path) in self.responses:
            return self.responses[method, path]
        image_id = path.removeprefix("/images/")
        if image_id not in self.images:
            return 404, {"detail": "There is no such image."}
        if method == "DELETE":
            del self.images[image_id]
            return 202, {}
        return 200, self.images[image_id]


def view(**changes: Any) -> dict[str, Any]:
    """An image as the API returns it, with two sizes of the whole picture and a crop."""
    sizes = {"thumb": (200, 200), "mobile": (640, 480), "1080p": (1440, 1080)}
    renditions = [
        {
            "variant": variant,
            "format": kind,
            "width": width,
            "height": height,
            "url": f"{PLACES}/i/{changes.get('id', ID)}/{variant}.{kind}",
        }
        for variant, (width, height) in sizes.items()
        for kind in ("avif", "webp")
    ]
    usual = {
        "id": ID,
        "status": "ready",
        "owner": "ann",
        "filename": "harbour.jpg",
        "width": 4000,
        "height": 3000,
        "bytes": 1234,
        "alt": {"en": "A harbour", "de": "Ein Hafen"},
        "visibility": "public",
        "detail": None,
        "created_at": "2026-05-01T12:00:00Z",
        "updated_at": "2026-05-01T12:00:02Z",
        "placeholder": {"color": "#7a8b5c", "data_uri": "data:image/webp;base64,AAAA"},
        "renditions": renditions,
    }
    return usual | changes


def waiting(**changes: Any) -> dict[str, Any]:
    """An image whose file has just arrived."""
    early = {"updated_at": "2026-05-01T12:00:01Z", "placeholder": None, "renditions": []}
    return view(**{"status": "processing", "width": None, "height": None, **early, **changes})


@contextmanager
def running(darkroom: FakeDarkroom) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            darkroom.requests.append((self.command, self.path, token, body))
            status, answer = darkroom.respond(self.command, self.path)
            data = answer.pop("bytes of a file") if "bytes of a file" in answer else None
            data = json.dumps(answer).encode() if data is None else data
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if status == 302:
                self.send_header("Location", answer["location"])
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    darkroom.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def darkroom() -> Iterator[FakeDarkroom]:
    found = FakeDarkroom()
    with running(found):
        yield found


@pytest.fixture
def configure(settings: Any, darkroom: FakeDarkroom) -> Callable[..., None]:
    """Sets keys of the setting, beside those of the fake API."""

    def configured(**keys: Any) -> None:
        settings.DARKROOM = {"API": darkroom.address, "IMAGES": PLACES, **keys}

    configured(TOKEN="dr_site")
    return configured


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def editor(db: None) -> Any:
    return get_user_model().objects.create_user("ann", password="secret", is_staff=True)


@pytest.fixture
def visitor(db: None) -> Any:
    return get_user_model().objects.create_user("bob", password="secret")
