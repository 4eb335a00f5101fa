"""Kills a store at random moments while pictures are uploaded.

python -m tests.attack.store_kills [--part s3] [--uploads 200] [--clients 4] [--seed N]
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import requests

from ops.local.runtime.tasks import is_outage
from ops.local.storage.database import Database
from tests.e2e.client import FINAL, ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.waiting import until

_STEPS = (1, 6)  # uploads and results between two kills, at least and at most
_PAUSES = (0.0, 1.0)  # seconds after them, so that a kill may come at any moment of the next


class Killer:
    """Kills a part of a stack, "aws" or "s3", again and again within its context."""

    def __init__(self, stack: Stack, part: str, seed: int) -> None:
        self.kills = 0
        self._part = part
        self._steps = 0
        self._stack = stack
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._kill, daemon=True)

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def step(self) -> None:
        """Count another upload that was acknowledged or has its result."""
        self._steps += 1

    def _kill(self) -> None:
        due = 0
        while not self._stopping.is_set():
            due += self._random.randint(*_STEPS)
            while self._steps < due and not self._stopping.wait(0.05):
                pass
            if not self._stopping.wait(self._random.uniform(*_PAUSES)):
                self.kills += self._kill_one()

    def _kill_one(self) -> bool:
        """Kill the running process, unless a new one is still starting."""
        with closing(Database(self._stack.data / "events.sqlite")) as database:
            if is_outage(database, time.time()):
                return False
        for pid in self._stack.pids(self._part):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return True


def losses(stack: Stack, uploads: int, clients: int, seed: int, part: str) -> tuple[list[str], int]:
    """Acknowledged uploads that are lost at the end, and how often the part was killed."""
    with Killer(stack, part, seed) as killer, ThreadPoolExecutor(clients) as pool:

        def upload(number: int) -> tuple[str, str]:
            image = _uploaded(stack, seed, number)
            killer.step()
            return image

        def loss(image: tuple[str, str]) -> str:
            found = _loss(stack, *image)
            killer.step()
            return found

        found = list(pool.map(loss, list(pool.map(upload, range(uploads)))))
    return [loss for loss in found if loss], killer.kills


def _uploaded(stack: Stack, seed: int, number: int) -> tuple[str, str]:
    """Id and key of an acknowledged upload, after as many attempts as needed."""
    data = jpeg(320 + seed % 100, 200 + number)

    def attempt() -> Any:
        client = ApiClient(stack.api)
        try:
            ticket = client.ticket(data, f"{number}.jpg")
            return ticket if client.post(ticket, data).status_code == 204 else None
        except requests.RequestException:
            return None

    issued = until(attempt)
    return issued["image_id"], issued["fields"]["key"]


def _loss(stack: Stack, image_id: str, key: str) -> str:
    """What an image lacks; empty if nothing."""

    def finished() -> Any:
        answer = ApiClient(stack.api).get(f"/images/{image_id}")
        image = answer.json() if answer.status_code in (200, 404) else {}
        return image if answer.status_code == 404 or image.get("status") in FINAL else None

    image = until(finished)
    events = [event["event"] for event in image.get("history", ())]
    if image.get("status") != "ready":
        return f"{key} is {image.get('status', 'unknown')}: {image.get('detail')}, {events}"
    if not {"ticket", "processing", "ready"} <= set(events):
        return f"{key} lacks history: {events}"
    return ""


def main() -> int:
    """The number of losses, each printed."""
    parser = argparse.ArgumentParser(description="Kill a store during uploads.")
    parser.add_argument("--part", choices=("aws", "s3"), default="s3")
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder), TICKETS_PER_MINUTE="0", PENDING_TICKETS="0") as stack,
    ):
        lost, kills = losses(stack, given.uploads, given.clients, given.seed, given.part)
    sys.stdout.write("".join(f"{loss}\n" for loss in lost))
    sys.stdout.write(
        f"{given.uploads} uploads, {kills} kills, {len(lost)} losses (seed {given.seed})\n"
    )
    return len(lost)


if __name__ == "__main__":
    sys.exit(bool(main()))
