"""The client's logic without input or output: every call is a generator of steps."""

import re
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import msgspec

from darkroom_client import operations
from darkroom_client.errors import (
    CHANGED,
    NOT_FOUND,
    SEE_OTHER,
    UNAUTHORIZED,
    ApiError,
    BucketRefused,
    Refused,
    UnexpectedResponse,
    Unfinished,
)
from darkroom_client.models import Image
from darkroom_client.operations import PAGE, Changes, Conditions, Operation
from darkroom_client.retries import OnWait, Retries
from darkroom_client.steps import Item, Request, Response, Steps, pause, send

T = TypeVar("T")

_ATTEMPTS = 10  # of a change that depends on what an image is
_FIRST_POLL, _SLOWEST_POLL = 0.25, 2.0  # seconds between polls of an image

_UNAUTHENTICATED = """The API requires a token. Put it into DARKROOM_TOKEN, or pass a file that
contains it with --token-file; `./darkroom token create` creates one."""
_REFUSED = "The API refuses this token: it is mistyped, has expired or was revoked."

# S3's error codes for a file damaged in transit.
_DAMAGED = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "RequestTimeout"})
_SENTENCES = {
    "EntityTooLarge": "The file is larger than the ticket allows.",
    "AccessDenied": "The bucket refuses the ticket: it has expired or is not allowed.",
}


class Api(NamedTuple):
    """The API at `address`, called with `token` unless that is empty.

    Everything raises an ApiError once `retries` give up.
    """

    address: str
    token: str
    retries: Retries

    def call(self, operation: Operation[T], on_wait: OnWait | None = None) -> Steps[T]:
        """Perform an operation; `on_wait` is called before each retry."""
        return self.retries(lambda: self._attempt(operation), on_wait)

    def request(self, request: Request) -> Steps[Response]:
        """The response of any status to any request, which is repeated if there is none."""
        return self.retries(lambda: send(request))

    def find(self, image_id: str) -> Steps[Image | None]:
        """An image with its history; None if the caller has no such image."""
        try:
            return (yield from self.call(operations.show_image(image_id)))
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    def images(self, conditions: Conditions, most: int | None) -> Steps[None]:
        """Yield an Item for each of the caller's images that meet them, at most `most`."""
        cursor, left = None, most
        while left is None or left > 0:
            limit = PAGE if left is None else min(left, PAGE)
            page = yield from self.call(operations.list_images(conditions, limit, cursor))
            for image in page.images:
                yield Item(image)
            left = None if left is None else left - len(page.images)
            cursor = page.next_cursor
            if cursor is None:
                return

    def update(self, image_id: str, decide: Callable[[Image], Changes | None]) -> Steps[Image]:
        """Change an image by what it is now, and return it; `decide` returns the changes, if any.

        If somebody else changes it meanwhile, `decide` is called again.
        """
        for _ in range(_ATTEMPTS):
            image = yield from self.call(operations.show_image(image_id))
            changes = decide(image)
            if changes is None:
                return image
            change = operations.change_image(image_id, changes, image.etag or "*")
            try:
                return (yield from self.call(change))
            except Refused as refusal:
                if refusal.status != CHANGED:
                    raise
        raise ApiError(f"{image_id} is changed by others all the time.")

    def wait(self, image_id: str, seconds: float) -> Steps[Image]:
        """The image once it is no longer being processed; Unfinished after `seconds`."""
        end, interval = time.monotonic() + seconds, _FIRST_POLL
        while True:
            image = yield from self.call(operations.show_image(image_id))
            if image.status.is_final:
                return image
            if time.monotonic() > end:
                raise Unfinished(f"It is not finished after {seconds / 60:g} minutes.")
            yield from pause(interval)
            interval = min(interval * 1.5, _SLOWEST_POLL)

    def _attempt(self, operation: Operation[T]) -> Steps[T]:
        content = b"" if operation.body is None else msgspec.json.encode(operation.body)
        headers = {**operation.headers}
        if content:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = self.address + operation.target
        response = yield from send(Request(operation.method, url, content, headers))
        if response.status >= 300 and response.status != SEE_OTHER:
            raise self._refusal(response)
        return operation.read(response)

    def _refusal(self, response: Response) -> Refused:
        if response.status == UNAUTHORIZED:
            sentence = _REFUSED if self.token else " ".join(_UNAUTHENTICATED.split())
            return Refused(response.status, "unauthenticated", sentence)
        try:
            problem = response.json()
            sentence, code = problem["detail"], problem["code"]
        except (UnexpectedResponse, LookupError, TypeError):
            sentence = f"{self.address} returned {response.status}: {response.excerpt}"
            return Refused(response.status, "", sentence, response.retry_after)
        return Refused(response.status, str(code), str(sentence), response.retry_after)


def bucket_refusal(response: Response) -> BucketRefused:
    """S3's reason in a response to a file or a part."""
    found = re.search(rb"<Code>(\w+)</Code>", response.body)
    code = found.group(1).decode() if found else ""
    sentence = _SENTENCES.get(code, f"The bucket refused the file with {response.status}")
    if code not in _SENTENCES:
        sentence += f": {code or response.excerpt}"
    status = 408 if code in _DAMAGED else response.status
    return BucketRefused(status, code, sentence, response.retry_after)
