"""Upload a picture to Darkroom and print what to paste into a page.

    DARKROOM_TOKEN=... python3 examples/client.py https://photos.example/api door.jpg "A door"

The last argument, the alternative text in English, may be omitted.

Python 3.11 or newer, no packages. Omit DARKROOM_TOKEN if your Darkroom needs no token.
Exit codes: 0 if the picture is ready, 1 otherwise, with a sentence on standard error.
"""

import hashlib
import json
import mimetypes
import os
import random
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

FINAL = {"ready", "rejected", "failed", "expired", "deleted"}
RETRYABLE = {429, 500, 502, 503, 504}
TIMEOUT = 120.0  # seconds, for all attempts of one request, and for processing one picture
MAX_PAUSE = 8.0
WHOLE = 8 * 1024 * 1024  # bytes; larger files are sent in parts

Json = dict[str, Any]


class DarkroomError(Exception):
    """An error of the API or the bucket; the message is for people, `code` for programs."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Darkroom:
    """A client of one Darkroom's API."""

    def __init__(self, api: str, token: str = "") -> None:
        self.api = api.rstrip("/")
        self.token = token

    def upload(self, path: Path) -> Json:
        """Upload the file at `path` and return its image, once it is ready, rejected or failed."""
        data = path.read_bytes()
        ticket = self.call(
            "POST",
            "/uploads",
            {
                "filename": path.name,
                "content_type": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "multipart": len(data) > WHOLE,
            },
        )
        if "duplicate_of" in ticket:
            return self.call("GET", f"/images/{ticket['duplicate_of']}")
        if ticket["method"] == "MULTIPART":
            self.send_parts(ticket["image_id"], ticket["part_bytes"], data)
        else:
            send_form(ticket["url"], ticket["fields"], data)
        return self.wait_for(ticket["image_id"])

    def send_parts(self, image_id: str, part_bytes: int, data: bytes) -> None:
        """Send a file in parts, and put them together.

        `GET /uploads/{id}/parts` lists those that have arrived: a later run could skip them.
        """
        upload = f"/uploads/{image_id}"
        parts = [data[start : start + part_bytes] for start in range(0, len(data), part_bytes)]
        checksums = [hashlib.sha256(part).hexdigest() for part in parts]
        for number, (part, sha256) in enumerate(zip(parts, checksums, strict=True), 1):
            wanted = {"parts": [{"number": number, "sha256": sha256}]}
            (signed,) = self.call("POST", f"{upload}/parts", wanted)["parts"]
            send(urllib.request.Request(signed["url"], part, signed["headers"], method="PUT"))
        self.call("POST", f"{upload}/complete", {"parts": checksums})

    def change(self, image_id: str, changes: Json) -> Json:
        """Change an image's `filename`, `alt`, `tags` or `focal_point` and return the image.

        `changes` is a JSON merge patch: what it omits stays, and None removes.
        """
        return self.call("PATCH", f"/images/{image_id}", changes)

    def find(self, **conditions: str | list[str]) -> Iterator[Json]:
        """All images that meet the conditions, such as `q="red door", tag=["summer"]`.

        A page may be empty although further ones are not.
        """
        cursor = None
        while True:
            given = {**conditions, "cursor": cursor} if cursor else conditions
            page = self.call("GET", f"/images?{urlencode(given, doseq=True)}")
            yield from page["images"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def wait_for(self, image_id: str) -> Json:
        """Poll the image, at growing intervals, until it has a final status."""
        deadline = time.monotonic() + TIMEOUT
        pause = 0.25
        while True:
            image = self.call("GET", f"/images/{image_id}")
            if image["status"] in FINAL:
                return image
            if time.monotonic() > deadline:
                raise DarkroomError(f"The picture is still {image['status']}.")
            time.sleep(pause)
            pause = min(MAX_PAUSE, pause * 1.5)

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the API and return the response's JSON; transient errors are retried."""
        request = urllib.request.Request(
            self.api + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", "Accept": "application/json"},
            method=method,
        )
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        return dict(json.loads(send(request)))


def send_form(url: str, fields: dict[str, str], data: bytes) -> None:
    """Send the ticket's fields, then the file, as `multipart/form-data`."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
    )
    body = "".join(parts).encode() + data + f"\r\n--{boundary}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={boundary}"
    send(urllib.request.Request(url, body, {"Content-Type": content_type}, method="POST"))


def send(request: urllib.request.Request) -> bytes:
    """Send with retries and return the response's body; DarkroomError if it fails.

    A retry waits at least as long as Retry-After says.
    """
    deadline = time.monotonic() + TIMEOUT
    pause = 0.5
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            retry_after = float(error.headers.get("Retry-After", 0))
            failure = problem(error)
            if error.code not in RETRYABLE:
                raise failure from error
        except OSError as error:
            retry_after, failure = 0.0, DarkroomError(f"No response: {error}")
        wait = max(retry_after, pause * random.uniform(0.5, 1))  # jitter spreads many clients
        if time.monotonic() + wait > deadline:
            raise failure
        time.sleep(wait)
        pause = min(MAX_PAUSE, pause * 2)


def problem(error: urllib.error.HTTPError) -> DarkroomError:
    """The error in a response: problem details from the API, XML from the bucket."""
    text = error.read().decode("utf-8", "replace")
    try:
        details = json.loads(text)
        return DarkroomError(details["detail"], details["code"])
    except (ValueError, KeyError, TypeError):
        return DarkroomError(f"HTTP {error.code}: {text[:500]}")


def main(arguments: list[str]) -> int:
    """Upload one file; returns 0 if its picture is ready."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("Usage: client.py API FILE [ALT]\n")
        return 1
    api, file, *alt = arguments
    darkroom = Darkroom(api, os.environ.get("DARKROOM_TOKEN", ""))
    try:
        image = darkroom.upload(Path(file))
        if alt and image["status"] == "ready":
            image = darkroom.change(image["id"], {"alt": {"en": alt[0]}})
    except (OSError, DarkroomError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if image["status"] != "ready":
        sys.stderr.write(f"The picture is {image['status']}: {image['detail'] or 'no reason'}\n")
        return 1
    sys.stdout.write(image["markup"] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
