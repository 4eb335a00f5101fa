"""One uploader sends files while its browser is killed and its network is cut."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import requests

from benchmarks import toolchain
from benchmarks.uploads.browsers import BrowserGone, Session
from benchmarks.uploads.disturbances import Disturbance
from benchmarks.uploads.pages import Uploader
from benchmarks.uploads.proxy import Attempt, Proxy
from benchmarks.uploads.results import Figures

_LOOK = 0.25  # seconds between two looks at the proxy
_ASK = 2.0  # seconds between two looks at the page and the API
_STILL = 90.0  # seconds without any change: it is not going to end
_LONGEST = 600.0  # seconds of a whole run
_BROKEN = 15.0  # seconds after which a user reloads a page that does not work
_IDLE = 15.0  # seconds without a change of a page that has ended


@dataclass
class Run:
    """A run that is under way; `times` are those of its disturbances."""

    session: Session
    uploader: Uploader
    api: str
    proxy: Proxy
    files: Sequence[Path]
    plan: list[Disturbance]
    retries: int = 0
    worked: float = field(default_factory=time.monotonic)
    done: list[Disturbance] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def measure(self) -> Figures:
        """Pick the files, disturb as planned, and wait for the end."""
        self._open()
        agent = str(self.session.ask("() => navigator.userAgent"))
        began = time.monotonic()
        self.session.pick(self.files)
        ended = self._watch()
        return self._figures(agent, ended - began)

    def _open(self) -> None:
        deadline = time.monotonic() + _STILL
        while True:
            try:
                return self.session.open(self.uploader.address)
            except BrowserGone:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK)

    def _watch(self) -> float:
        """When the last file was ready, or the last change of anything, if there is no more."""
        changed, state, asked = time.monotonic(), None, 0.0
        deadline = changed + _LONGEST
        while time.monotonic() < min(changed + _STILL, deadline):
            self._disturb()
            time.sleep(_LOOK)
            if time.monotonic() < asked + _ASK:
                continue
            asked = time.monotonic()
            count = self._working_page()
            ready = len(self._ready())
            if ready >= len(self.files):
                return asked
            present = (count, ready, sum(a.sent for a in self.proxy.attempts))
            if present != state:
                changed, state = asked, present
            elif count and _has_ended(count, ready) and asked > changed + _IDLE:
                return changed
            self._retry(count)
        return changed

    def _disturb(self) -> None:
        whole = sum(file.stat().st_size for file in self.files)
        if not self.plan or not self.proxy.is_open:
            return
        if self.proxy.delivered() < self.plan[0].at * whole:
            return
        next_one = self.plan.pop(0)
        self.done.append(next_one)
        self.times.append(time.monotonic())
        click.echo(f"    {next_one.at:.0%}: {next_one.kill or 'network'}")
        if next_one.kill:
            self.session.kill(next_one.kill)
            self._open()
        else:
            self.proxy.cut(next_one.seconds)

    def _working_page(self) -> dict[str, int] | None:
        """The page's files by state; it is loaded again if a cut has broken it."""
        count, now = self._count(), time.monotonic()
        if count is not None:
            self.worked = now
        elif now > self.worked + _BROKEN and self.proxy.is_open:
            click.echo("    loaded again")
            self.worked = now
            self._open()
        return count

    def _count(self) -> dict[str, int] | None:
        """The page's files by state; None if it does not respond."""
        try:
            counted: dict[str, int] = self.session.ask(self.uploader.count)
        except BrowserGone:
            return None
        return counted

    def _retry(self, count: dict[str, int] | None) -> None:
        """Do what a user does who sees that files have failed, once the network is back."""
        if count and count["failed"] and self.proxy.is_open:
            self.retries += count["failed"]
            with suppress(BrowserGone):
                self.session.ask(self.uploader.retry)

    def _images(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        query = {"limit": "100"}
        while True:
            page = requests.get(f"{self.api}/images", params=query, timeout=60).json()
            found += page["images"]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    def _ready(self) -> Counter[str]:
        """How many ready images each file has that has any."""
        return Counter(i["filename"] for i in self._images() if i["status"] == "ready")

    def _figures(self, agent: str, seconds: float) -> Figures:
        images, ready = self._images(), self._ready()
        attempts = self.proxy.attempts
        again = sent_again(attempts)
        kills = sum(bool(disturbance.kill) for disturbance in self.done)
        return Figures(
            commit=toolchain.commit(),
            uploader=self.uploader.name,
            browser=self.session.name,
            user_agent=agent,
            files=len(self.files),
            bytes=sum(file.stat().st_size for file in self.files),
            ready=len(ready),
            lost=len(self.files) - len(ready),
            twice=sum(ready.values()) - len(ready),
            unfinished=sum(image["status"] not in ("ready", "expired") for image in images),
            kills=kills,
            cuts=len(self.done) - kills,
            retries=self.retries,
            sent=sum(attempt.sent for attempt in attempts),
            again=len(again),
            needless=needless(attempts),
            worst=worst(again, self.times),
            seconds=round(seconds, 1),
        )


def _has_ended(count: Mapping[str, int], ready: int) -> bool:
    """Whether the page does nothing any more, and all that it has sent is processed."""
    return not count["active"] and ready >= count["done"]


def sent_again(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts at parts of which something had been sent before."""
    seen: set[tuple[str, int]] = set()
    found = []
    for attempt in attempts:
        part = (attempt.file, attempt.part)
        if part in seen:
            found.append(attempt)
        seen.add(part)
    return found


def needless(attempts: Sequence[Attempt]) -> int:
    """How many attempts were made at parts that the bucket had already accepted."""
    return sum(
        any(
            (earlier.file, earlier.part) == (attempt.file, attempt.part)
            and earlier.stored is not None
            and earlier.stored < attempt.began
            for earlier in attempts
        )
        for attempt in attempts
    )


def worst(again: Sequence[Attempt], times: Sequence[float]) -> int:
    """The most parts that were sent again after one of the disturbances, which are at `times`."""
    after = Counter(sum(time <= attempt.began for time in times) for attempt in again)
    return max(after.values(), default=0)
