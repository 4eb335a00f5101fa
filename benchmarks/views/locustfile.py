"""Locust's users, who look at one image after another; runs in Locust's own environment.

Settings are environment variables: `VIEW_IDS`, the images' ids, separated by commas; `VIEW_WIDTHS`,
likewise; `VIEW_EACH`, the number of images that each viewer looks at; `VIEW_REPORT`, the file that
gets a line of JSON for each image. The process that reads the report ends this one.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from gevent.event import Event
from locust import FastHttpUser, constant, events, task
from locust.exception import StopUser

_IDS = os.environ["VIEW_IDS"].split(",")
_WIDTHS = os.environ["VIEW_WIDTHS"].split(",")
_EACH = int(os.environ["VIEW_EACH"])
_REDIRECTS = 5  # followed at most
_ACCEPT = {"Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}  # Chromium
_report = Path(os.environ["VIEW_REPORT"]).open("w")  # noqa: SIM115 - open until the process ends
_numbers = count()
_all_are_here = Event()


@events.spawning_complete.add_listener  # type: ignore[untyped-decorator]
def _open(**_: object) -> None:
    """Let the viewers begin, all at once."""
    _all_are_here.set()


class Viewer(FastHttpUser):  # type: ignore[misc] # mypy sees no Locust
    """A browser with a screen of one width, on pages with the images in some order."""

    wait_time = constant(0)
    connection_timeout = network_timeout = 300.0

    def on_start(self) -> None:
        """Choose a width and the images: the same ones in every run."""
        number = next(_numbers)
        self._width = _WIDTHS[number % len(_WIDTHS)]
        self._ids = random.Random(number).sample(_IDS, _EACH)  # noqa: S311 - no secret
        _all_are_here.wait()

    @task  # type: ignore[untyped-decorator]
    def view(self) -> None:
        """Look at the next image."""
        if not self._ids:
            raise StopUser
        path = f"/i/{self._ids.pop()}?w={self._width}"
        began = time.time()
        *redirects, last = list(self._responses(path))
        line = {
            "path": path,
            "began": began,
            "ended": time.time(),
            "locations": [response.headers["Location"] for response in redirects],
            "status": last.status_code,
            "type": (last.headers or {}).get("Content-Type", ""),
            "error": type(last.error).__name__ if getattr(last, "error", None) else "",
        }
        _report.write(json.dumps(line) + "\n")
        _report.flush()

    def _responses(self, path: str) -> Iterator[Any]:
        """The response to a request, and those to the redirects that follow it."""
        for _ in range(_REDIRECTS):
            response = self.client.get(path, headers=_ACCEPT, allow_redirects=False, name="image")
            yield response
            path = (response.headers or {}).get("Location", "")
            if not path:
                return
