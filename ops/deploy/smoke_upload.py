"""Smoke test: sends one picture through a running Darkroom as a browser would."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from PIL import Image

from darkroom_client.api import bucket_refusal
from darkroom_client.bodies import Form, Part, Progress
from darkroom_client.errors import ApiError, UnexpectedResponse
from darkroom_client.retries import BRIEF
from darkroom_client.sources import BytesSource
from darkroom_client.steps import Request, Response
from darkroom_client.sync import Client, Transport
from ops.aws_errors import CloudError

Timed = Callable[[str, float], None]  # a step's name, and its seconds

_SIZE = 1600, 1200
_POLL = 0.25  # seconds between polls of an image that is being processed
_UNFINISHED = ("pending", "processing")


class SmokeUpload:
    """Ticket, upload, processing, rendition, erasure. Every request has the page's origin.

    Those to the API have the token, if there is one.
    """

    def __init__(self, site: str, seconds: float, timed: Timed, token: str = "") -> None:
        self._site = site.rstrip("/")
        self._api = self._site
        self._seconds = seconds
        self._token = token
        self._timed = timed
        parts = urlsplit(self._site)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        transport = Transport({"Origin": self._origin})
        self._client = Client(self._site, waits=BRIEF, transport=transport)

    def run(self) -> None:
        """Run all steps; CloudError says which failed, and with what response."""
        with self._client:
            self._run()

    def _run(self) -> None:
        with self._step("the page's settings"):
            self._api = self._get(f"{self._site}/config.json").json()["api"]
        content = photograph()
        with self._step("ticket"):
            ticket = self._order(content)
        try:
            self._send(ticket, content)
        except CloudError:
            # The first error is the one to report.
            with suppress(CloudError), self._step("erasure"):
                self._erase(ticket["image_id"])
            raise
        with self._step("erasure"):
            self._erase(ticket["image_id"])

    def _send(self, ticket: Any, content: bytes) -> None:
        with self._step("upload"):
            self._upload(ticket, content)
        with self._step("ready"):
            image = self._wait(ticket["status_url"])
        with self._step("rendition"):
            self._fetch(image)

    def _order(self, content: bytes) -> Any:
        order = {"filename": "smoke.jpg", "content_type": "image/jpeg", "size": len(content)}
        answer = self._ask("POST", f"{self._api}/uploads", json.dumps(order).encode())
        if answer.status != 201:
            raise CloudError(f"The API returned {answer.status}, not a ticket: {answer.excerpt}")
        return answer.json()

    def _upload(self, ticket: Any, content: bytes) -> None:
        file = Part(BytesSource(content, "smoke.jpg"), 0, len(content), Progress())
        form = Form(ticket["fields"], file)
        headers = {"Content-Type": form.content_type}
        answer = self._client.request(Request("POST", ticket["url"], form, headers))
        # An attempt whose response was lost has stored it.
        if answer.status >= 300 and answer.status != HTTPStatus.PRECONDITION_FAILED:
            raise CloudError(
                f"The bucket refused the upload with {answer.status}: {bucket_refusal(answer)}"
            )
        allowed = answer.headers.get("access-control-allow-origin")
        if allowed not in (self._origin, "*"):
            raise CloudError(
                f"The bucket accepted the upload, but its CORS rules lack the origin "
                f"{self._origin}, so pages there cannot upload."
            )

    def _wait(self, address: str) -> Any:
        deadline = time.monotonic() + self._seconds
        address = urljoin(f"{self._api}/", address)
        while True:
            image = self._get(address).json()
            if image["status"] == "ready":
                return image
            if image["status"] not in _UNFINISHED:
                raise CloudError(f"The picture was {image['status']} ({image['reason']}).")
            if time.monotonic() > deadline:
                raise CloudError(
                    f"The picture is still {image['status']} after {self._seconds:g} s. "
                    "See the log of the function process_upload."
                )
            time.sleep(_POLL)

    def _fetch(self, image: Any) -> None:
        rendition = image["renditions"][0]
        answer = self._get(rendition["url"])
        if len(answer.body) != rendition["bytes"]:
            raise CloudError(
                f"{rendition['url']} has {len(answer.body)} bytes instead of {rendition['bytes']}."
            )
        with Image.open(BytesIO(answer.body)) as picture:
            if picture.size != (rendition["width"], rendition["height"]):
                raise CloudError(f"{rendition['url']} does not match its record.")

    def _erase(self, identifier: str) -> None:
        answer = self._ask("DELETE", f"{self._api}/images/{identifier}")
        if answer.status != 200 or not answer.json()["verified"]:
            raise CloudError(f"The picture was not erased ({answer.status}): {answer.excerpt}")

    def _get(self, address: str) -> Response:
        answer = self._ask("GET", address)
        if answer.status != 200:
            raise CloudError(f"{address} returned {answer.status}: {answer.excerpt}")
        return answer

    def _ask(self, method: str, address: str, body: bytes = b"") -> Response:
        headers = {"Content-Type": "application/json"} if body else {}
        if self._token and address.startswith(f"{self._api}/"):
            headers["Authorization"] = f"Bearer {self._token}"
        return self._client.request(Request(method, address, body, headers))

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        except (UnexpectedResponse, ValueError, LookupError, TypeError, OSError) as reason:
            raise CloudError(f"Step '{name}': the response is not Darkroom's.") from reason
        except ApiError as fault:
            raise CloudError(str(fault)) from fault
        self._timed(name, time.monotonic() - started)


def photograph() -> bytes:
    """A unique JPEG: a gradient with noise."""
    light = Image.linear_gradient("L").resize(_SIZE)
    colours = [light.rotate(random.uniform(0, 360)) for _ in range(3)]  # noqa: S311 - no secret
    picture = Image.blend(
        Image.merge("RGB", colours), Image.effect_noise(_SIZE, 40).convert("RGB"), 0.2
    )
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return stream.getvalue()
