"""Runs a backfill: lists a source and imports its objects, with a journal."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Thread

from darkroom_client.cli.terminal import say
from darkroom_client.errors import Stopped
from ops.maintenance.bucket_listing import Found, Part, cut, page
from ops.maintenance.intake import Candidate, Intake, Refused
from ops.maintenance.journal import Journal
from ops.maintenance.parallel_listing import WorkerPool, scan
from ops.terminal import Shown

_COUNTERS = 4


class BackfillRun:
    """Imports objects below `prefix` of `bucket`. With `dry_run` they are only counted."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        intake: Intake,
        journal: Journal,
        pool: WorkerPool,
        *,
        dry_run: bool,
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._intake = intake
        self._journal = journal
        self._pool = pool
        self._dry_run = dry_run
        self._over = Event()

    def run(self, shown: Shown) -> bool:
        """Start, or continue from the journal; return whether it was completed."""
        if self._dry_run or not self._journal.is_under_way:
            parts = cut(self._bucket, self._prefix, self._pool.parts)
            self._journal.begin(parts, remember=self._intake.may_wait())
        else:
            say("Continuing where it was stopped.")
        done, rest = self._journal.counts()["found"], self._journal.parts()
        shown.advance(done)
        if shown.is_seen:
            Thread(target=self._count, args=(shown, done, rest), daemon=True).start()
        try:
            scan(self._bucket, self._journal, self._pool, lambda found: self._handle(found, shown))
        except Stopped:
            return False
        finally:
            self._over.set()
        return True

    def _handle(self, found: Sequence[Found], shown: Shown) -> Counter[str]:
        objects = [item for item in found if self._intake.is_object(item)]
        done = self._journal.done(item.key for item in objects)
        tally = Counter(found=len(objects), known=sum(not recent for recent in done.values()))
        wanted = []
        new = [item for item in objects if item.key not in done]
        for candidate in self._pool.retry(partial(self._intake.candidates, new)):
            if self._intake.is_known(candidate):
                tally["known"] += 1
            else:
                wanted.append(candidate)
        self._pool.run(lambda candidate: self._bring(candidate, shown), wanted)
        shown.advance(len(objects) - len(wanted))
        return tally

    def _bring(self, candidate: Candidate, shown: Shown) -> None:
        try:
            self._intake.check(candidate)
            if self._intake.is_here(candidate):
                self._journal.note(candidate.key, "known")
            else:
                if not self._dry_run:
                    self._intake.bring(candidate)
                self._journal.note(candidate.key, self._intake.verb)
        except Refused as reason:
            self._journal.refuse(candidate.key, str(reason), lasting=reason.lasting)
        shown.advance(1)

    def _count(self, shown: Shown, done: int, parts: Sequence[tuple[Part, str | None]]) -> None:
        with ThreadPoolExecutor(_COUNTERS) as pool:
            counted = pool.map(lambda rest: self._count_part(*rest), parts)
            shown.expect(done + sum(counted))

    def _count_part(self, part: Part, token: str | None) -> int:
        number = 0
        while not (self._over.is_set() or self._pool.stopping.is_set()):
            found, token = self._pool.retry(partial(page, self._bucket, part, token))
            number += sum(map(self._intake.is_object, found))
            if token is None:
                break
        return number
