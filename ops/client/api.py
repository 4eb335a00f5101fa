"""Client of Darkroom's API; errors have the server's own explanation."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ops.client.connection import Answer, Connection
from ops.client.errors import (
    CHANGED,
    NOT_FOUND,
    SEE_OTHER,
    UNAUTHORIZED,
    ApiFault,
    Misunderstood,
    Refused,
)
from ops.retry import OnWait, RetryPolicy

Json = dict[str, Any]

_PAGE = 100  # images, the API's maximum
_ATTEMPTS = 10  # of a change that depends on what an image is

_UNAUTHENTICATED = """The API requires a token. Put it into DARKROOM_TOKEN, or pass a file that
contains it with --token-file; `./darkroom token create` creates one."""
_REFUSED = "The API refuses this token: it is mistyped, has expired or was revoked."


class Api:
    """The API at `address`, called with `token` unless that is empty.

    Every method raises an ApiFault once `retry` gives up.
    """

    def __init__(
        self, connection: Connection, address: str, token: str, retry: RetryPolicy
    ) -> None:
        self.address = address.rstrip("/")
        self.retry = retry
        self._connection = connection
        self._token = token

    def ticket(self, order: Mapping[str, Any], on_wait: OnWait | None = None) -> Json:
        """Get a ticket for a file by name, content type, size and SHA-256; or `duplicate_of`.

        `on_wait` is called before each retry.
        """
        request = self._request("POST", "/uploads", ("image_id", "status_url"), order)
        return self.retry(request, on_wait)

    def upload_state(self, image_id: str) -> Json:
        """The parts of an upload that have arrived, and whether they are put together."""
        return self._call("GET", f"{_upload(image_id)}/parts", ("parts", "complete"))

    def sign_part(self, image_id: str, number: int, sha256: str) -> Json:
        """The URL and the headers to send a part with."""
        body = {"parts": [{"number": number, "sha256": sha256}]}
        signed = self._call("POST", f"{_upload(image_id)}/parts", ("parts",), body)["parts"]
        return dict(signed[0])

    def complete_upload(self, image_id: str, checksums: list[str]) -> Json:
        """Put the parts together, whose SHA-256 are these."""
        path = f"{_upload(image_id)}/complete"
        return self._call("POST", path, ("image_id",), {"parts": checksums})

    def image(self, image_id: str) -> Json:
        """An image with its history."""
        return self._call("GET", _path(image_id), ("id", "status"))

    def find(self, image_id: str) -> Json | None:
        """An image with its history; None if the caller has no such image."""
        try:
            return self.image(image_id)
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    def images(self, conditions: Mapping[str, Any], most: int | None) -> Iterator[Json]:
        """The caller's images, at most `most`; `conditions` are the API's query parameters."""
        cursor, left = None, most
        while left is None or left > 0:
            limit = _PAGE if left is None else min(left, _PAGE)
            given = {**conditions, "limit": limit} | ({"cursor": cursor} if cursor else {})
            query = urlencode(given, doseq=True)
            page = self._call("GET", f"/images?{query}", ("images", "next_cursor"))
            yield from page["images"]
            left = None if left is None else left - len(page["images"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def delete(self, image_id: str) -> Json:
        """Erase an image; return the receipt."""
        return self._call("DELETE", _path(image_id), ("erased", "verified"))

    def change(self, image_id: str, patch: Mapping[str, Any]) -> Json:
        """Change an image; return it."""
        return self._call("PATCH", _path(image_id), ("id", "visibility"), patch)

    def update(self, image_id: str, decide: Callable[[Json], Json | None]) -> Json:
        """Change an image by what it is now, and return it; `decide` returns the patch, if any.

        If somebody else changes it meanwhile, `decide` is called again.
        """
        for _ in range(_ATTEMPTS):
            answer = self.retry(lambda: self._answer("GET", _path(image_id)))
            image = self._parsed(answer, ("id", "tags"))
            patch = decide(image)
            if patch is None:
                return image
            revision = {"If-Match": answer.headers.get("ETag", "*")}
            change = self._request("PATCH", _path(image_id), ("id", "tags"), patch, revision)
            try:
                return self.retry(change)
            except Refused as refusal:
                if refusal.status != CHANGED:
                    raise
        raise ApiFault(f"{image_id} is changed by others all the time.")

    def original(self, image_id: str) -> str:
        """The URL at which an image's original can be downloaded for a minute."""
        answer = self.retry(lambda: self._answer("GET", f"{_path(image_id)}/original"))
        return str(answer.headers.get("Location", ""))

    def share(self, image_id: str, seconds: int) -> Json:
        """Make a link to an image; return it with its URL."""
        wanted = ("id", "url", "expires_at")
        return self._call("POST", f"{_path(image_id)}/share", wanted, {"expires_in": seconds})

    def shares(self, image_id: str) -> Json:
        """The links to an image that have not expired."""
        return self._call("GET", f"{_path(image_id)}/share", ("shares",))

    def revoke_share(self, image_id: str, share_id: str) -> Json:
        """Revoke a link; return those that are left."""
        path = f"{_path(image_id)}/share/{quote(share_id, safe='')}"
        return self._call("DELETE", path, ("shares",))

    def _call(
        self,
        method: str,
        path: str,
        wanted: tuple[str, ...],
        body: Mapping[str, Any] | None = None,
    ) -> Json:
        return self.retry(self._request(method, path, wanted, body))

    def _request(
        self,
        method: str,
        path: str,
        wanted: tuple[str, ...],
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Callable[[], Json]:
        return lambda: self._parsed(self._answer(method, path, body, headers), wanted)

    def _answer(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        sent = {**(headers or {})} | ({"Content-Type": "application/json"} if content else {})
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        answer = self._connection.ask(method, self.address + path, content, sent)
        if answer.status >= 300 and answer.status != SEE_OTHER:
            raise self._refusal(answer)
        return answer

    def _parsed(self, answer: Answer, wanted: tuple[str, ...]) -> Json:
        found = answer.json()
        if isinstance(found, dict) and (found.keys() >= {*wanted} or "duplicate_of" in found):
            return found
        raise Misunderstood(f"The server at {self.address} is not Darkroom.")

    def _refusal(self, answer: Answer) -> ApiFault:
        if answer.status == UNAUTHORIZED:
            sentence = _REFUSED if self._token else " ".join(_UNAUTHENTICATED.split())
            return Refused(answer.status, "unauthenticated", sentence)
        try:
            problem = answer.json()
            sentence, code = problem["detail"], problem["code"]
        except (Misunderstood, LookupError, TypeError):
            sentence = f"{self.address} returned {answer.status}: {answer.excerpt}"
            return Refused(answer.status, "", sentence, answer.retry_after)
        return Refused(answer.status, str(code), str(sentence), answer.retry_after)


def _path(image_id: str) -> str:
    return f"/images/{quote(image_id, safe='')}"


def _upload(image_id: str) -> str:
    return f"/uploads/{quote(image_id, safe='')}"
