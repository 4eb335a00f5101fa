"""The table, restored: records from manifests, and requests for originals that have none."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import msgspec

from chalicelib import keys
from chalicelib.errors import ObjectMissing, ReadRefused, Rejection
from chalicelib.manifests import read_manifest
from chalicelib.records import Event, Image
from chalicelib.wiring import Wiring
from ops.upkeep.intake import Asking, Candidate
from ops.upkeep.journal import Journal
from ops.upkeep.listing import Found, cut
from ops.upkeep.showing import Shown
from ops.upkeep.walking import Crew, walk

_NAME = keys.manifest_key("")
_MOST_BYTES = 10_000_000  # of a manifest
RESTORED = "restored"  # the history line, and what a record that was restored counts as


class Rebuilding:
    """The first half: every manifest without a record becomes one. A record is never overwritten.

    With `dry_run` nothing is written. `journal` knows the ids of what was restored.
    """

    def __init__(self, wiring: Wiring, journal: Journal, crew: Crew, *, dry_run: bool) -> None:
        self._wiring = wiring
        self._journal = journal
        self._crew = crew
        self._dry_run = dry_run

    def run(self, shown: Shown) -> None:
        """Look through the images bucket; Stopped where the crew was."""
        bucket = self._wiring.settings.images_bucket
        self._journal.begin(cut(bucket, "", self._crew.parts))
        walk(bucket, self._journal, self._crew, lambda found: self._handle(found, shown))

    def _handle(self, found: Sequence[Found], shown: Shown) -> Counter[str]:
        ids = [image_id for one in found if (image_id := _id_of(one.key))]
        known = self._crew.patiently(partial(self._wiring.table.get_many, ids))
        self._crew.each(self._restore, [image_id for image_id in ids if image_id not in known])
        shown.advance(len(found))
        return Counter(manifests=len(ids), known=len(known))

    def _restore(self, image_id: str) -> None:
        try:
            image, history = self._read(image_id)
        except (ObjectMissing, ReadRefused, Rejection, ValueError, msgspec.MsgspecError):
            why = "its manifest cannot be read; its original is asked for"
            self._journal.refuse(image_id, why, lasting=True)
            return
        at = self._wiring.clock()
        line = Event(at=at, event=RESTORED, detail="from its manifest")
        image = msgspec.structs.replace(image, revision=image.revision + 1)
        if self._dry_run or self._wiring.table.restore(image, (*history, line)):
            self._journal.note(image_id, RESTORED)

    def _read(self, image_id: str) -> tuple[Image, tuple[Event, ...]]:
        bucket = self._wiring.settings.images_bucket
        stored = self._wiring.objects.read(bucket, keys.manifest_key(image_id), _MOST_BYTES)
        image, history = read_manifest(stored)
        if image.id != image_id or image.bucket != self._wiring.settings.uploads_bucket:
            raise ValueError("The manifest is another's.")
        return image, history


class AskingForTheRest(Asking):
    """The second half: originals whose image was not restored; a dry run has restored none."""

    def __init__(self, wiring: Wiring, restored: Journal) -> None:
        super().__init__(wiring, lambda: False)
        self._restored = restored

    def is_known(self, candidate: Candidate) -> bool:
        """Whether it has its image, or would have it."""
        bucket = self._wiring.settings.uploads_bucket
        ticket = keys.ticketed(candidate.key)
        image_id = ticket.image_id if ticket else keys.derived_image_id(bucket, candidate.key)
        return super().is_known(candidate) or bool(self._restored.done([image_id]))


def _id_of(key: str) -> str | None:
    image_id, slash, name = key.partition("/")
    return image_id if slash and f"/{name}" == _NAME and keys.is_image_id(image_id) else None
