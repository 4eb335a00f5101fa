"""The report of a sweep run."""

import threading
from typing import Any, Literal

from msgspec import Struct, field

Count = Literal[
    "images",
    "expired",
    "indexed",
    "lost_events",
    "stuck",
    "outdated",
    "incomplete",
    "unpublished",
    "gone",
    "moved",
    "misplaced",
    "purged",
    "unfinished_deletions",
    "late_events",
    "orphans",
    "abandoned_uploads",
    "unknown",
]
# Logs and the command line's JSON use other names for two of the counts.
_NAMES = {"unfinished_deletions": "unerased", "late_events": "untold"}
_NO_REPAIRS = frozenset({"images", "unknown", "complete"})


class Report(Struct, eq=False):
    """Counts of one run. `complete` if all scans, of buckets and failed images, reached their ends.

    `images` were checked. Found and repaired: `expired` tickets, images that searches did not find
    and are `indexed` now, `lost_events`, images that were `stuck`, rendered by `outdated` rules,
    `incomplete` (a file is missing, or not that of the record), or `unpublished` (a stable URL
    showed another file), or whose original was `gone`, `unfinished_deletions`, files that were
    `moved` to the place of another visibility, or found `misplaced` at the former one, or `purged`
    since they showed what is redacted now, `late_events` that the bus had not accepted, `orphans`,
    files that no record names, and `abandoned_uploads` in parts. `unknown` are manifests without a
    record: rebuilding the table restores them.
    """

    images: int = 0
    expired: int = 0
    indexed: int = 0
    lost_events: int = 0
    stuck: int = 0
    outdated: int = 0
    incomplete: int = 0
    unpublished: int = 0
    gone: int = 0
    moved: int = 0
    misplaced: int = 0
    purged: int = 0
    unfinished_deletions: int = 0
    late_events: int = 0
    orphans: int = 0
    abandoned_uploads: int = 0
    unknown: int = 0
    complete: bool = False
    _lock: Any = field(default_factory=threading.Lock)

    def count(self, name: Count, by: int = 1) -> None:
        """Add to a count; thread-safe."""
        with self._lock:
            setattr(self, name, getattr(self, name) + by)

    @property
    def repairs(self) -> int:
        """The number of repairs made or requested."""
        return sum(count for name, count in self.counts.items() if name not in _NO_REPAIRS)

    @property
    def counts(self) -> dict[str, int]:
        """All counts, by their names in logs and JSON."""
        names = [name for name in self.__struct_fields__ if not name.startswith("_")]
        return {_NAMES.get(name, name): int(getattr(self, name)) for name in names}
