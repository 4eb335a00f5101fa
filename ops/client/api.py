"""Client of Darkroom's API; errors have the server's own explanation."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ops.client.connection import Answer, Connection
from ops.client.errors import NOT_FOUND, UNAUTHORIZED, ApiFault, Misunderstood, Refused
from ops.retry import OnWait, RetryPolicy

Json = dict[str, Any]

_PAGE = 100  # images, the API's maximum

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
        request = self._request("POST", "/uploads", ("image_id", "url", "fields"), order)
        return self.retry(request, on_wait)

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

    def images(self, status: str | None, most: int | None) -> Iterator[Json]:
        """The caller's images, newest first, at most `most`."""
        cursor, left = None, most
        while left is None or left > 0:
            limit = _PAGE if left is None else min(left, _PAGE)
            given = {"limit": limit, "status": status, "cursor": cursor}
            query = urlencode({name: value for name, value in given.items() if value is not None})
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
    ) -> Callable[[], Json]:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content else {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"

        def request() -> Json:
            answer = self._connection.ask(method, self.address + path, content, headers)
            if answer.status >= 300:
                raise self._refusal(answer)
            found = answer.json()
            if isinstance(found, dict) and (found.keys() >= {*wanted} or "duplicate_of" in found):
                return found
            raise Misunderstood(f"The server at {self.address} is not Darkroom.")

        return request

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
