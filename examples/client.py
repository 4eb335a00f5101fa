"""Upload a picture to Darkroom and print what to paste into a page.

    DARKROOM_TOKEN=... python3 examples/client.py https://photos.example/api Dragonfly.jpg

Python 3.11 or newer, no packages. DARKROOM_TOKEN is left out where nobody is asked for a token.
Exit codes: 0 the picture is ready, 1 it is not, with a sentence on standard error.
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
from pathlib import Path
from typing import Any

FINAL = {"ready", "rejected", "failed", "expired", "deleted"}
TO_TRY_AGAIN = {429, 500, 502, 503, 504}
PATIENCE = 120.0  # seconds, for all tries of one request, and for one picture
LONGEST_PAUSE = 8.0

Json = dict[str, Any]


class Refused(Exception):
    """What the API or the bucket does not do; the text is for people, `code` for programs."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class Darkroom:
    """A client of one Darkroom."""

    def __init__(self, api: str, token: str = "") -> None:
        self.api = api.rstrip("/")
        self.token = token

    def upload(self, path: Path) -> Json:
        """The image of the file at `path`, once it is ready, rejected or failed."""
        data = path.read_bytes()
        ticket = self.ask(
            "POST",
            "/uploads",
            {
                "filename": path.name,
                "content_type": mimetypes.guess_type(path.name)[0] or "image/jpeg",
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            },
        )
        if "duplicate_of" in ticket:
            return self.ask("GET", f"/images/{ticket['duplicate_of']}")
        send_form(ticket["url"], ticket["fields"], data)
        return self.wait_for(ticket["image_id"])

    def wait_for(self, image_id: str) -> Json:
        """The image, asked for less and less often until it is done with."""
        deadline = time.monotonic() + PATIENCE
        pause = 0.25
        while True:
            image = self.ask("GET", f"/images/{image_id}")
            if image["status"] in FINAL:
                return image
            if time.monotonic() > deadline:
                raise Refused(f"The picture is still {image['status']}.")
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 1.5)

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """The API's answer; what may pass is tried again, when the API says so if it does."""
        request = urllib.request.Request(
            self.api + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", "Accept": "application/json"},
            method=method,
        )
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        return dict(json.loads(sent(request)))


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
    kind = f"multipart/form-data; boundary={boundary}"
    sent(urllib.request.Request(url, body, {"Content-Type": kind}, method="POST"))


def sent(request: urllib.request.Request) -> bytes:
    """The body of the answer; Refused where it is an error that does not pass."""
    deadline = time.monotonic() + PATIENCE
    pause = 0.5
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            asked = float(error.headers.get("Retry-After", 0))
            refusal = problem(error)
            if error.code not in TO_TRY_AGAIN:
                raise refusal from error
        except OSError as error:
            asked, refusal = 0.0, Refused(f"There is no answer: {error}")
        wait = max(asked, pause * random.uniform(0.5, 1))  # many clients, not all at once
        if time.monotonic() + wait > deadline:
            raise refusal
        time.sleep(wait)
        pause = min(LONGEST_PAUSE, pause * 2)


def problem(error: urllib.error.HTTPError) -> Refused:
    """What an error says: problem details of the API's, XML of the bucket's."""
    text = error.read().decode("utf-8", "replace")
    try:
        details = json.loads(text)
        return Refused(details["detail"], details["code"])
    except (ValueError, KeyError, TypeError):
        return Refused(f"HTTP {error.code}: {text[:500]}")


def main(arguments: list[str]) -> int:
    """Upload one file; 0 where its picture is ready."""
    if len(arguments) != 2:
        sys.stderr.write("Usage: client.py API FILE\n")
        return 1
    api, file = arguments
    try:
        image = Darkroom(api, os.environ.get("DARKROOM_TOKEN", "")).upload(Path(file))
    except (OSError, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if image["status"] != "ready":
        sys.stderr.write(f"The picture is {image['status']}: {image['detail'] or 'no reason'}\n")
        return 1
    sys.stdout.write(image["markup"] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
