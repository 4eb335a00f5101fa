"""An API client such as a script would use: ticket, upload, and waiting for the result."""

import hashlib
from typing import Any

import requests

from tests.waiting import GENEROUS, until

Json = dict[str, Any]
FINAL = ("ready", "rejected", "failed", "deleted")


class ApiClient:
    """A client of one Darkroom's API."""

    def __init__(self, api: str, token: str = "") -> None:
        self.api = api
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session = requests.Session()
        self._session.headers.update(self.headers)

    def ticket(self, data: bytes, filename: str = "photo.jpg", **changes: Any) -> Json:
        body = {
            "filename": filename,
            "content_type": "image/jpeg",
            "size": max(len(data), 1),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        order = {k: v for k, v in (body | changes).items() if v is not None}
        answer = self._session.post(f"{self.api}/uploads", json=order, timeout=GENEROUS)
        answer.raise_for_status()
        return dict(answer.json())

    def post(self, ticket: Json, data: bytes) -> requests.Response:
        files = {"file": ("file", data)}
        return requests.post(ticket["url"], data=ticket["fields"], files=files, timeout=GENEROUS)

    def upload(self, data: bytes, filename: str = "photo.jpg", **changes: Any) -> str:
        ticket = self.ticket(data, filename, **changes)
        answer = self.post(ticket, data)
        assert answer.status_code == 204, answer.text
        return str(ticket["image_id"])

    def upload_in_parts(self, data: bytes, **changes: Any) -> str:
        """Send all parts, the last one first, and put them together."""
        ticket = self.ticket(data, multipart=True, **changes)
        size, count = ticket["part_bytes"], ticket["part_count"]
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        assert len(parts) == count
        checksums = [hashlib.sha256(part).hexdigest() for part in parts]
        wanted = [{"number": n, "sha256": sha256} for n, sha256 in enumerate(checksums, 1)]
        signed = self._post(ticket["parts_url"], {"parts": wanted})
        for part in reversed(signed["parts"]):
            content = parts[part["number"] - 1]
            sent = requests.put(
                part["url"], data=content, headers=part["headers"], timeout=GENEROUS
            )
            assert sent.status_code == 200, sent.text
        listed = self._session.get(ticket["parts_url"], timeout=GENEROUS).json()["parts"]
        assert [part["number"] for part in listed] == list(range(1, count + 1))
        address = ticket["parts_url"].removesuffix("/parts")
        return str(self._post(f"{address}/complete", {"parts": checksums})["image_id"])

    def _post(self, address: str, body: Json) -> Json:
        answer = self._session.post(address, json=body, timeout=GENEROUS)
        assert answer.ok, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> requests.Response:
        return self._session.get(f"{self.api}{path}", params=query, timeout=GENEROUS)

    def image(self, image_id: str) -> Json:
        return dict(self.get(f"/images/{image_id}").json())

    def finished(self, image_id: str) -> Json:
        """The image, once it has a final status."""

        def final() -> Json | None:
            image = self.image(image_id)
            return image if image["status"] in FINAL else None

        return until(final) or {}

    def all_images(self) -> list[Json]:
        """Every image, page by page."""
        found: list[Json] = []
        query: Json = {"limit": 100}
        while True:
            answer = self.get("/images", **query)
            assert answer.ok, answer.text
            page = answer.json()
            found += page["images"]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    def of_object(self, key: str) -> Json:
        """The image of the object at `key`, once it has a final status."""

        def final() -> Json | None:
            images = [i for i in self.all_images() if i["original_file"] == key]
            return images[0] if images and images[0]["status"] in FINAL else None

        return until(final) or {}
