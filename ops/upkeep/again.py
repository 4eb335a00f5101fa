"""Asking the workers to process images once more, through the work queue."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from chalicelib.records import Image, Status
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from ops.upkeep.journal import Journal
from ops.upkeep.listing import Found, cut
from ops.upkeep.records import find_records
from ops.upkeep.showing import Shown
from ops.upkeep.walking import Crew, Stopped, walk

FINISHED = frozenset({Status.READY, Status.REJECTED, Status.FAILED})

_CAUSE = "reprocess"


class Reprocessing:
    """What is asked for, and of which images.

    With `only_missing` it is what the variants table of this checkout wants otherwise than the
    records say, and with `dry_run` nothing is asked. `tally` counts what was found.
    """

    def __init__(self, wiring: Wiring, crew: Crew, *, only_missing: bool, dry_run: bool) -> None:
        self._wiring = wiring
        self._crew = crew
        self._only_missing = only_missing
        self._dry_run = dry_run
        self.tally: Counter[str] = Counter()

    def walk(self, statuses: frozenset[Status], shown: Shown) -> bool:
        """Look at every object of the uploads bucket; whether it came to the end."""
        bucket = self._wiring.settings.uploads_bucket
        journal = Journal()
        journal.begin(cut(bucket, "", self._crew.parts))

        def handle(found: Sequence[Found]) -> Counter[str]:
            names = [one.key for one in found]
            look = partial(find_records, self._wiring.table, bucket, names)
            records = self._crew.patiently(look)
            chosen = [image for image in records.values() if image.status in statuses]
            others = Counter(other=len(found) - len(chosen))
            tally = self._ask_all(chosen) + others
            shown.advance(len(found))
            return tally

        try:
            walk(bucket, journal, self._crew, handle)
        except Stopped:
            return False
        finally:
            self.tally += journal.counts()
        return True

    def ask(self, images: Iterable[Image]) -> None:
        """Ask for these images; Stopped where the crew was."""
        self.tally += self._ask_all(list(images))

    def _ask_all(self, images: Sequence[Image]) -> Counter[str]:
        wanted = [image for image in images if self._is_wanted(image)]
        if not self._dry_run:
            self._crew.each(self._send, wanted)
        return Counter(asked_for=len(wanted), unchanged=len(images) - len(wanted))

    def _is_wanted(self, image: Image) -> bool:
        if not self._only_missing:
            return True
        ready = image.status is Status.READY
        return ready and image.rules != self._wiring.developer.rules(image)

    def _send(self, image: Image) -> None:
        wish = Again(
            image_id=image.id,
            revision=image.revision,
            only_missing=self._only_missing,
            cause=_CAUSE,
        )
        self._wiring.work.send(msgspec.json.encode(wish).decode())
