"""A fake EventBridge that records the published events of each image."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Bus:
    """EventBridge with only PutEvents; `published` returns accepted events' details and names."""

    def __init__(self) -> None:
        self._details: dict[str, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.bus = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def record(self, entry: dict[str, Any]) -> None:
        """Record an event."""
        detail = json.loads(entry["Detail"])
        assert entry["DetailType"] in (f"image.{detail['status']}", "image.changed")
        detail["name"] = entry["DetailType"]
        with self._lock:
            self._details.setdefault(detail["id"], []).append(detail)

    def published(self, image_id: str) -> list[dict[str, Any]]:
        """The details of an image's events, in the order of publishing."""
        with self._lock:
            return list(self._details.get(image_id, ()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    bus: Bus


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
        for entry in entries:
            self.server.bus.record(entry)
        answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "any"} for _ in entries]}
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
