"""Darkroom's API: what the routes answer, and their refusals with the server's own sentence."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ops.client.connection import Answer, Connection
from ops.client.faults import NOT_FOUND, UNAUTHORIZED, ApiFault, Misunderstood, Refused
from ops.client.patience import Patience, Told

Json = dict[str, Any]

_PAGE = 100  # images; the most that the API gives at once

_ASKED = """The API asks for a token. Put it into DARKROOM_TOKEN, or name a file that holds it
with --token-file; `./darkroom token create` makes one."""
_REFUSED = "The API does not take this token: it is mistyped, has expired or was revoked."


class Api:
    """One API, at `address`, asked with `token` where there is one.

    Every method raises an ApiFault once `patience` is at its end.
    """

    def __init__(
        self, connection: Connection, address: str, token: str, patience: Patience
    ) -> None:
        self.address = address.rstrip("/")
        self.patience = patience
        self._connection = connection
        self._token = token

    def ticket(self, order: Mapping[str, Any], told: Told = lambda *_: None) -> Json:
        """A ticket for a file: its name, content type, size and SHA-256; or `duplicate_of`.

        `told` hears of each wait.
        """
        ask = self._asking("POST", "/uploads", ("image_id", "url", "fields"), order)
        return self.patience(ask, told)

    def image(self, image_id: str) -> Json:
        """An image with its history."""
        return self._call("GET", _path(image_id), ("id", "status"))

    def find(self, image_id: str) -> Json | None:
        """The same; None where the caller has no such image."""
        try:
            return self.image(image_id)
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    def images(self, status: str | None, most: int | None) -> Iterator[Json]:
        """The caller's images, newest first, as many as `most`."""
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
        """Erase an image: the receipt."""
        return self._call("DELETE", _path(image_id), ("erased", "verified"))

    def _call(self, method: str, path: str, wanted: tuple[str, ...]) -> Json:
        return self.patience(self._asking(method, path, wanted))

    def _asking(
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

        def ask() -> Json:
            answer = self._connection.ask(method, self.address + path, content, headers)
            if answer.status >= 300:
                raise self._refusal(answer)
            found = answer.json()
            if isinstance(found, dict) and (found.keys() >= {*wanted} or "duplicate_of" in found):
                return found
            raise Misunderstood(f"At {self.address} answers something else than Darkroom.")

        return ask

    def _refusal(self, answer: Answer) -> ApiFault:
        if answer.status == UNAUTHORIZED:
            sentence = _REFUSED if self._token else " ".join(_ASKED.split())
            return Refused(answer.status, "unauthenticated", sentence)
        try:
            problem = answer.json()
            sentence, code = problem["detail"], problem["code"]
        except (Misunderstood, LookupError, TypeError):
            sentence = f"{self.address} answered {answer.status}: {answer.said}"
            return Refused(answer.status, "", sentence, answer.wait)
        return Refused(answer.status, str(code), str(sentence), answer.wait)


def _path(image_id: str) -> str:
    return f"/images/{quote(image_id, safe='')}"
