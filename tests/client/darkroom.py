"""A fake Darkroom in memory, over HTTP, whose faults tests control."""

import hashlib
import json
import threading
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from string import ascii_uppercase, digits
from typing import Any

from tests.frontend.darkroom import parse_form
from tests.frontend.servers import Request, Response, serving
from tests.waiting import GENEROUS

Json = dict[str, Any]
PART_BYTES = 4_000_000
ALPHABET = "".join(sorted({*digits, *ascii_uppercase} - {*"ILOU"}))


def problem(status: int, code: str, detail: str, **headers: str) -> Response:
    body = {"type": "about:blank", "title": "t", "status": status, "detail": detail, "code": code}
    return Response(status, json.dumps(body).encode(), headers)


def expired() -> Response:
    return Response(403, b"<Error><Code>AccessDenied</Code><Message>Policy expired.</Message>")


class FakeDarkroom:
    """`images` by id; `faults` are returned first, by route: "uploads", "bucket" or "images".

    A fault of None drops the connection. `polls` is how often an image is shown as processing.
    """

    def __init__(self) -> None:
        self.images: dict[str, Json] = {}
        self.faults: dict[str, deque[Response | None]] = {
            "uploads": deque(),
            "bucket": deque(),
            "images": deque(),
        }
        self.requests: Counter[str] = Counter()
        self.tokens: set[str] = set()
        self.queries: list[Json] = []  # of lists
        self.files: dict[str, bytes] = {}  # originals by image, and renditions by path
        self.cuts_files = 0  # how many downloads end too early
        self.token = ""
        self.arrivals: list[str] = []  # ids of images whose files have arrived completely
        self.parts: dict[str, dict[int, bytes]] = {}  # those that have arrived, by image
        self.part_arrivals: list[int] = []
        self.life = 3600  # lifetime of a ticket in seconds
        self.polls = 1
        self.loses_answers = False
        self.open = threading.Event()  # while it is not set, the bucket reads nothing
        self.open.set()
        self.opens_at = 0  # number of concurrent uploads that open it
        self.closes_at = 0  # number of complete files that close it
        self.most_at_once = 0
        self.at_once = 0
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator["FakeDarkroom"]:
        with serving(self.answer) as self.address:
            yield self
            self.open.set()

    def answer(self, request: Request) -> Response | None:
        kind = request.path.split("/")[1]
        with self._lock:
            self.requests[kind] += 1
        if kind == "health":
            return _json({"status": "ok", "version": "1"})
        if kind == "bucket":
            is_part = request.method == "PUT"
            return self._take_part(request) if is_part else self._take(request)
        if kind == "files":
            return self._file(request.path.removeprefix("/files/"))
        if kind not in ("uploads", "images"):
            return problem(404, "unknown_route", "The API has no such path.")
        content = request.body.read(request.length)
        self.tokens.add(request.headers.get("authorization", ""))
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return problem(401, "unauthenticated", "Send a valid token.")
        with self._lock:
            if self.faults[kind]:
                return self.faults[kind].popleft()
            return self._call(request, content)

    def _call(self, request: Request, content: bytes) -> Response | None:
        if request.path == "/uploads":
            return self._ticket(json.loads(content))
        if request.path.startswith("/uploads/"):
            return self._parts(request, content)
        return self._images(request, content)

    def _file(self, name: str) -> Response | None:
        data = self.files.get(name)
        if data is None:
            return Response(404, b"")
        with self._lock:
            if self.cuts_files:
                self.cuts_files -= 1
                return Response(200, data[:-1])
        return Response(200, data)

    def _ticket(self, order: Json) -> Response:
        for image in self.images.values():
            if image["status"] == "ready" and image["sha256"] == order["sha256"]:
                return _json({"duplicate_of": image["id"], "status_url": "x"})
        if order["content_type"] == "application/octet-stream":
            return problem(415, "unsupported_type", "Files of this type are not accepted.")
        image = new_image(len(self.images), order)
        self.images[image["id"]] = image
        end = datetime.now(UTC) + timedelta(seconds=self.life)
        fields = {"key": image["id"], "policy": "p"}
        ticket = {"image_id": image["id"], "method": "POST", "url": f"{self.address}/bucket"}
        rest = {"fields": fields, "expires_at": end.isoformat(), "max_bytes": 9, "status_url": "x"}
        if order.get("multipart"):
            self.parts[image["id"]] = {}
            count = -(-order["size"] // PART_BYTES)
            ticket["method"] = "MULTIPART"
            rest |= {"part_bytes": PART_BYTES, "part_count": count, "parts_url": "x"}
        return _json(ticket | rest, 201)

    def _parts(self, request: Request, content: bytes) -> Response:
        _, _, image_id, what = request.path.split("/")
        arrived = self.parts.get(image_id)
        if arrived is None:
            return problem(409, "conflict", "This upload has ended.")
        if what == "complete":
            self.arrivals.append(image_id)
            self.images[image_id]["status"] = "processing"
            self.files[image_id] = b"".join(arrived[number] for number in sorted(arrived))
            return _json({"image_id": image_id, "status": "pending", "status_url": "x"})
        if request.method == "GET":
            listed = [
                {"number": n, "bytes": len(data), "sha256": None}
                for n, data in sorted(arrived.items())
            ]
            progress = {"complete": image_id in self.arrivals, "parts": listed}
            size = self.images[image_id]["bytes"]
            progress |= {"image_id": image_id, "status": "pending", "size": size}
            count = -(-size // PART_BYTES)
            return _json(
                progress | {"part_bytes": PART_BYTES, "part_count": count, "expires_at": None}
            )
        (wanted,) = json.loads(content)["parts"]
        url = f"{self.address}/bucket/{image_id}/{wanted['number']}"
        headers = {"x-amz-checksum-sha256": wanted["sha256"]}
        part = {"number": wanted["number"], "url": url, "headers": headers}
        return _json({"parts": [part], "expires_at": "2036-05-01T12:00:00Z"})

    def _take_part(self, request: Request) -> Response | None:
        _, _, image_id, number = request.path.split("/")
        data = request.body.read(request.length)
        with self._lock:
            fault = self.faults["bucket"].popleft() if self.faults["bucket"] else False
            if fault or fault is None:
                return fault
            assert request.headers["x-amz-checksum-sha256"] == hashlib.sha256(data).hexdigest()
            self.parts[image_id][int(number)] = data
            self.part_arrivals.append(int(number))
        return Response(200)

    def _take(self, request: Request) -> Response | None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            if self.at_once == self.opens_at:
                self.open.set()
            fault = self.faults["bucket"].popleft() if self.faults["bucket"] else False
        try:
            self.open.wait(GENEROUS)
            if fault is None:
                request.body.read(request.length // 2)
                return None
            arrival = parse_form(request.body.read(request.length), request.headers)
        finally:
            with self._lock:
                self.at_once -= 1
        if fault:
            return fault
        with self._lock:
            self.arrivals.append(arrival.key)
            if len(self.arrivals) == self.closes_at:
                self.open.clear()
            self.images[arrival.key]["status"] = "processing"
        return None if self.loses_answers else Response(204)

    def _images(self, request: Request, content: bytes) -> Response:
        image_id, _, part = request.path.removeprefix("/images").strip("/").partition("/")
        if not image_id:
            return self._list(request)
        image = self.images.get(image_id)
        if image is None:
            return problem(404, "not_found", "There is no such image.")
        if request.method == "DELETE":
            image["status"] = "deleted"
            erased = [image["original_file"]]
            receipt = {"image_id": image_id, "erased": erased, "verified": True, "remaining": []}
            receipt["files"] = 1
            return _json(receipt | {"erased_at": image["created_at"], "invalidation": None})
        if part == "original":
            location = f"{self.address}/files/{image_id}"
            return Response(303, b"", {"Location": location})
        if request.method == "PATCH":
            return self._change(image, json.loads(content), request.headers.get("if-match", "*"))
        self._seen[image_id] += 1
        if image["status"] == "processing" and self._seen[image_id] >= self.polls:
            image |= {"status": "ready", "savings": {"bytes": 5, "percent": 50.0}}
            if image["filename"].startswith("bad"):
                image |= {"status": "rejected", "reason": "corrupt_image", "detail": "It is torn."}
        return _json(image, ETag=_tag(image))

    def _change(self, image: Json, patch: Json, expected: str) -> Response:
        if expected not in ("*", _tag(image)):
            return problem(412, "precondition_failed", "It has been changed.")
        for name, value in patch.items():
            if name == "alt":
                alt = {**image["alt"], **value}
                image["alt"] = {language: text for language, text in alt.items() if text}
            else:
                image[name] = value
        return _json(image, ETag=_tag(image))

    def _list(self, request: Request) -> Response:
        start = int(request.query.get("cursor", ["0"])[0])
        end = start + int(request.query["limit"][0])
        self.queries.append(
            {n: v for n, v in request.query.items() if n not in ("cursor", "limit")}
        )
        status, tags = request.query.get("status", [None])[0], request.query.get("tag", [])
        found = [
            image
            for image in self.images.values()
            if status in (None, image["status"]) and {*tags} <= {*image["tags"]}
        ][::-1]
        rest = str(end) if end < len(found) else None
        return _json({"images": found[start:end], "next_cursor": rest})


def new_image(number: int, order: Json) -> Json:
    """A pending image, as returned by the API."""
    empty = ("reason", "detail", "width", "height", "original_width", "original_height")
    empty += ("focal_point", "placeholder", "savings")
    image_id = f"01M7Y2N0N9BYRK049JRFXG{ALPHABET[number // 32]}{ALPHABET[number % 32]}00"
    return dict.fromkeys((*empty, "cost_usd_estimate", "milliseconds", "markup")) | {
        "id": image_id,
        "status": "pending",
        "owner": "ann",
        "filename": order["filename"],
        "original_file": f"uploads/ann/{image_id}/x.jpg",
        "content_type": order["content_type"],
        "bytes": order["size"],
        "sha256": order["sha256"],
        "created_at": "2026-05-01T12:00:00Z",
        "updated_at": "2026-05-01T12:00:00Z",
        "renditions": [],
        "edits": order.get("edits", []),
        "tags": [],
        "alt": {},
        "visibility": "public",
        "pending_visibility": None,
        "history": [{"at": "2026-05-01T12:00:00Z", "event": "ticket"}],
    }


def _tag(image: Json) -> str:
    return f'"{zlib.crc32(json.dumps(image).encode())}"'


def _json(body: Json, status: int = 200, **headers: str) -> Response:
    headers = {"Content-Type": "application/json", **headers}
    return Response(status, json.dumps(body).encode(), headers)
