"""One backfill: from the listing of a source to what was brought in, with its journal."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Thread

from ops.upkeep.intake import Candidate, Intake, Refused
from ops.upkeep.journal import Journal
from ops.upkeep.listing import Found, Part, cut, page
from ops.upkeep.showing import Shown, say
from ops.upkeep.walking import Crew, Stopped, walk

_COUNTERS = 4


class Filling:
    """What is to be brought in from `prefix` of `bucket`. With `dry_run` it is only looked for."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        intake: Intake,
        journal: Journal,
        crew: Crew,
        *,
        dry_run: bool,
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._intake = intake
        self._journal = journal
        self._crew = crew
        self._dry_run = dry_run
        self._over = Event()

    def run(self, shown: Shown) -> bool:
        """Go on where the journal stands, or begin; whether it came to the end."""
        if self._dry_run or not self._journal.is_under_way:
            parts = cut(self._bucket, self._prefix, self._crew.parts)
            self._journal.begin(parts, remember=self._intake.may_wait())
        else:
            say("Going on where it was stopped.")
        known, rest = self._journal.counts()["found"], self._journal.parts()
        shown.advance(known)
        if shown.is_seen:
            Thread(target=self._count, args=(shown, known, rest), daemon=True).start()
        try:
            walk(self._bucket, self._journal, self._crew, lambda found: self._handle(found, shown))
        except Stopped:
            return False
        finally:
            self._over.set()
        return True

    def _handle(self, found: Sequence[Found], shown: Shown) -> Counter[str]:
        objects = [one for one in found if self._intake.is_object(one)]
        done = self._journal.done(one.key for one in objects)
        tally = Counter(found=len(objects), known=sum(not recent for recent in done.values()))
        wanted = []
        fresh = [one for one in objects if one.key not in done]
        for candidate in self._crew.patiently(partial(self._intake.look, fresh)):
            if self._intake.is_known(candidate):
                tally["known"] += 1
            else:
                wanted.append(candidate)
        self._crew.each(lambda candidate: self._bring(candidate, shown), wanted)
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

    def _count(self, shown: Shown, known: int, parts: Sequence[tuple[Part, str | None]]) -> None:
        with ThreadPoolExecutor(_COUNTERS) as pool:
            counted = pool.map(lambda rest: self._count_part(*rest), parts)
            shown.expect(known + sum(counted))

    def _count_part(self, part: Part, token: str | None) -> int:
        number = 0
        while not (self._over.is_set() or self._crew.stopping.is_set()):
            found, token = self._crew.patiently(partial(page, self._bucket, part, token))
            number += sum(map(self._intake.is_object, found))
            if token is None:
                break
        return number
