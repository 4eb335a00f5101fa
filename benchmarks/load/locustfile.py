"""Locust's users, which upload one picture after another; runs in Locust's own environment.

Settings are environment variables: `LOAD_PICTURES`, a folder; `LOAD_RATE`, uploads a second, or 0
for as many as possible; `LOAD_USERS`, the number of users; `LOAD_REPORT`, the file that gets a line
of JSON for each upload. The process that reads the report ends this one.
"""

import hashlib
import json
import os
import time
from collections import deque
from pathlib import Path
from typing import Any

from locust import HttpUser, constant, constant_throughput, task
from locust.exception import StopUser

_USERS = int(os.environ["LOAD_USERS"])
_RATE = float(os.environ["LOAD_RATE"])
_waiting = deque(sorted(Path(os.environ["LOAD_PICTURES"]).iterdir()))
_report = Path(os.environ["LOAD_REPORT"]).open("w")  # noqa: SIM115 - open until the process ends


class Uploader(HttpUser):  # type: ignore[misc] # mypy sees no Locust
    """Uploads as the page does: requests a ticket, then posts the form that it describes."""

    wait_time = constant_throughput(_RATE / _USERS) if _RATE else constant(0)

    @task  # type: ignore[untyped-decorator]
    def upload(self) -> None:
        """Upload a picture; if the API or S3 fails, it is sent again later with a new ticket."""
        if not _waiting:
            raise StopUser
        picture = _waiting.popleft()
        try:
            line = self._upload(picture.name, picture.read_bytes())
        except Exception:
            _waiting.append(picture)
            raise
        _report.write(json.dumps(line) + "\n")
        _report.flush()

    def _upload(self, name: str, data: bytes) -> dict[str, Any]:
        requested = time.time()
        body = {
            "filename": name,
            "content_type": "image/jpeg",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        response = self.client.post("/uploads", json=body)
        response.raise_for_status()
        ticket, announced = response.json(), time.time()
        form = {"data": ticket["fields"], "files": {"file": (name, data)}}
        self.client.post(ticket["url"], name="the form to S3", **form).raise_for_status()
        return {
            "name": name,
            "image_id": ticket["image_id"],
            "requested": requested,
            "announced": announced,
            "stored": time.time(),
        }
