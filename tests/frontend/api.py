"""A fake of Darkroom's API that tests control."""

import hashlib
import json
import threading
from http import HTTPStatus
from typing import Any

from tests.frontend import listing
from tests.frontend.catalogue import image_view
from tests.frontend.servers import Request, Response
from tests.waiting import GENEROUS

Json = dict[str, Any]


PART_BYTES = 4_000_000
_READY = {"at": "2026-05-01T13:00:00Z", "event": "ready"}


def part_size(size: int, number: int) -> int:
    """How many bytes a part of a file of `size` bytes has."""
    return min(PART_BYTES, size - (number - 1) * PART_BYTES)


class FakeApi:
    """Its attributes are set before a test's actions and inspected afterwards."""

    def __init__(self) -> None:
        self.orders: list[Json] = []
        self.images: dict[str, Json] = {}
        self.max_bytes = 25_000_000
        self.problem: Json | None = None
        self.refused_types: set[str] = set()  # media types that are answered with 415
        self.duplicate_of: str | None = None
        self.rejection: Json = {}
        # Statuses, each of one answer: to GET, and to what changes a picture.
        self.read_faults: list[int] = []
        self.change_faults: list[int] = []
        self.relative_status_url = False
        self.expires_at = "2099-01-01T00:00:00Z"
        self.page_size = 100
        self.empty_pages = 0  # before the first page that has images
        self.parts: dict[
            str, dict[int, str]
        ] = {}  # checksums of those that the store has, by image
        self.sent: list[tuple[str, int]] = []  # image and number of each part that arrived
        self.signed: list[int] = []  # numbers of parts
        self.completed: dict[str, list[str]] = {}  # checksums, by image
        self.aborted: list[str] = []
        self.tokens: set[str] = set()  # accepted bearer tokens; none are needed if empty
        self.reprocessed: list[tuple[str, Json]] = []
        self.changed: list[tuple[str, Json]] = []
        self.retry_after = 0  # seconds, in the headers of faults
        self.changes_before_patch: dict[str, Json] = {}  # another user's, by image
        self.original = b""  # the file of every image
        self.moves_later = False  # files of an image that becomes private
        self.worker_open = threading.Event()
        self.images_open = threading.Event()  # GET responses wait for it
        self.site = self.api = self.store = self.foreign = ""

    def add_image(self, image_id: str, filename: str = "harbour.jpg", **changes: Any) -> Json:
        """Add a ready image."""
        self.images[image_id] = image_view(image_id, filename, self.site) | changes
        return self.images[image_id]

    def cors(self, request: Request) -> dict[str, str]:
        """CORS headers: only the page's origin and the foreign site's are allowed."""
        origin = request.headers.get("origin", "")
        allowed = origin if origin in (self.site, self.foreign) else "null"
        return {
            "Access-Control-Allow-Origin": allowed,
            "Access-Control-Allow-Headers": (
                "content-type, authorization, if-match, x-amz-checksum-sha256"
            ),
            "Access-Control-Expose-Headers": "ETag, Retry-After",
            "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        }

    def answer_api(self, request: Request) -> Response:
        answer = self.answer_call(request)
        answer.headers.update(self.cors(request))
        return answer

    def answer_call(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens and token not in self.tokens:
            return as_json(401, {"detail": "Who are you?"})
        if request.method == "POST" and request.path == "/api/uploads":
            return self.answer_order(json.loads(request.body.read(request.length)))
        if request.path.startswith("/api/uploads/"):
            return self.answer_upload(request)
        if request.method == "GET":
            self.images_open.wait(timeout=GENEROUS)
        faults = self.read_faults if request.method == "GET" else self.change_faults
        if faults:
            return self.fault(faults.pop(0))
        return self.answer_images(request)

    def answer_images(self, request: Request) -> Response:
        if request.path == "/api/images":
            return self.answer_list(request.query)
        image_id = request.path.removeprefix("/api/images/")
        if request.method in ("PATCH", "POST"):
            return self.answer_change(request, image_id)
        if request.method == "DELETE":
            return self.erase(image_id)
        if image_id.endswith("/original"):
            return Response(200, self.original, {"Content-Type": "image/jpeg"})
        return self.show(image_id)

    def answer_upload(self, request: Request) -> Response:
        """A request for an upload in parts."""
        image_id, _, what = request.path.removeprefix("/api/uploads/").partition("/")
        body = json.loads(request.body.read(request.length) or b"{}")
        if request.method == "DELETE":
            self.aborted.append(image_id)
            return as_json(200, {"image_id": image_id, "status": "expired"})
        if what == "complete":
            self.completed[image_id] = body["parts"]
            self.images[image_id]["status"] = "processing"
            return as_json(200, {"image_id": image_id, "status": "pending"})
        if request.method == "POST":
            return as_json(200, {"parts": [self.sign(image_id, part) for part in body["parts"]]})
        parts = self.parts.get(image_id, {})
        size = self.orders[int(image_id.removeprefix("NEW")) - 1]["size"]
        listed = [{"number": n, "bytes": part_size(size, n)} for n in sorted(parts)]
        return as_json(200, {"complete": image_id in self.completed, "parts": listed})

    def sign(self, image_id: str, part: Json) -> Json:
        self.signed.append(part["number"])
        headers = {"x-amz-checksum-sha256": part["sha256"], "Content-Length": "0"}
        url = f"{self.store}/parts/{image_id}/{part['number']}"
        return {"number": part["number"], "url": url, "headers": headers}

    def fault(self, status: int) -> Response:
        response = as_json(status, {"title": "A fault"})
        if self.retry_after:
            response.headers["Retry-After"] = str(self.retry_after)
        return response

    def answer_list(self, query: dict[str, list[str]]) -> Response:
        if self.empty_pages > 0:
            self.empty_pages -= 1
            return as_json(200, {"images": [], "next_cursor": "0"})
        listed = listing.found([*self.images.values()], query)
        start = int(query.get("cursor", ["0"])[0])
        end = start + min(int(query["limit"][0]), self.page_size)
        cursor = str(end) if end < len(listed) else None
        return as_json(200, {"images": listed[start:end], "next_cursor": cursor})

    def reprocess(self, image_id: str, changes: Json) -> Response:
        self.reprocessed.append((image_id, changes))
        image = self.images[image_id]
        self.images[image_id] = image | changes | {"history": [*image["history"], _READY]}
        return as_json(202, image)

    def answer_change(self, request: Request, image_id: str) -> Response:
        changes = json.loads(request.body.read(request.length) or b"{}")
        if request.method == "PATCH":
            if image_id in self.changes_before_patch:
                self.images[image_id] |= self.changes_before_patch.pop(image_id)
            condition = request.headers.get("if-match")
            if condition not in (None, etag_of(self.images[image_id])):
                return as_json(412, {"detail": "The image has changed."})
            return self.change(image_id, changes)
        return self.reprocess(image_id.removesuffix("/reprocess"), changes)

    def change(self, image_id: str, changes: Json) -> Response:
        self.changed.append((image_id, changes))
        pending = {"pending_visibility": changes["visibility"]} if self.moves_later else changes
        if "alt" in changes:
            alt = self.images[image_id]["alt"] | changes["alt"]
            pending = pending | {"alt": {name: text for name, text in alt.items() if text}}
        self.images[image_id] |= pending
        response = tagged(self.images[image_id])
        if "edits" in changes:
            self.images[image_id]["history"] = [*self.images[image_id]["history"], _READY]
        return response

    def erase(self, image_id: str) -> Response:
        image = self.images.pop(image_id)
        erased = [f"uploads/{image_id}", *(f"images/{r['key']}" for r in image["renditions"])]
        receipt = {"image_id": image_id, "erased": erased, "verified": True, "remaining": []}
        return as_json(200, {**receipt, "files": len(erased)})

    def answer_order(self, order: Json) -> Response:
        self.orders.append(order)
        if self.problem:
            return as_json(self.problem["status"], self.problem)
        if order["content_type"] in self.refused_types:
            return as_json(415, problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Not accepted here."))
        if self.duplicate_of:
            return as_json(200, {"duplicate_of": self.duplicate_of})
        image_id = f"NEW{len(self.orders):04}"
        self.add_image(image_id, order["filename"], status="pending")
        path = f"/images/{image_id}"
        ticket = {
            "image_id": image_id,
            "method": "POST",
            "url": f"{self.store}/uploads",
            "fields": {"key": image_id, "Content-Type": order["content_type"], "policy": "abc"},
            "expires_at": self.expires_at,
            "max_bytes": self.max_bytes,
            "status_url": path if self.relative_status_url else self.api + path,
        }
        if order.get("multipart"):
            ticket |= {
                "method": "MULTIPART",
                "part_bytes": PART_BYTES,
                "part_count": -(-order["size"] // PART_BYTES),
                "parts_url": f"{self.api}/uploads/{image_id}/parts",
            }
        return as_json(201, ticket)

    def show(self, image_id: str) -> Response:
        image = self.images.get(image_id)
        if image is None:
            return as_json(404, {"detail": "There is no such image."})
        # The first request always finds it unfinished, as with the real API.
        if image["status"] == "processing" and self.worker_open.is_set():
            final = {"status": "ready"} | self.rejection
            self.images[image_id] = image | final
        return tagged(image)


def etag_of(image: Json) -> str:
    """The ETag of an image's state."""
    return f'"{hashlib.sha256(json.dumps(image).encode()).hexdigest()[:16]}"'


def tagged(image: Json) -> Response:
    """A response with an image and its ETag."""
    response = as_json(200, image)
    response.headers["ETag"] = etag_of(image)
    return response


def as_json(status: int, body: Json) -> Response:
    """A JSON response; for an error status, a problem document."""
    kind = "application/json" if status < 400 else "application/problem+json"
    return Response(status, json.dumps(body).encode(), {"Content-Type": kind})


def problem(status: HTTPStatus, detail: str) -> Json:
    """An RFC 9457 document."""
    return {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
