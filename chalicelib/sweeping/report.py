"""What a run of the sweep did."""

import threading

from msgspec import Struct
from msgspec.structs import asdict

_LOCK = threading.Lock()


class Report(Struct, kw_only=True):
    """Counts of one run. `complete` where both buckets were looked through to their ends.

    `images` are those looked at. Found and set right: `expired` tickets, `lost_events`, images
    that were `stuck`, made by `outdated` rules, or `incomplete` (a file is missing, or not that of
    the record), whose original was `gone`, whose erasure was `unerased`, and `orphans`, files that
    no record knows.
    `unknown` are manifests without a record: rebuilding the table is for them.
    """

    images: int = 0
    expired: int = 0
    lost_events: int = 0
    stuck: int = 0
    outdated: int = 0
    incomplete: int = 0
    gone: int = 0
    unerased: int = 0
    orphans: int = 0
    unknown: int = 0
    complete: bool = False

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of the counts; several threads may."""
        with _LOCK:
            setattr(self, name, getattr(self, name) + by)

    @property
    def repairs(self) -> int:
        """How many things were set right, or asked for."""
        counts = asdict(self)
        return sum(counts[name] for name in counts.keys() - {"images", "unknown", "complete"})

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name."""
        return {name: int(count) for name, count in asdict(self).items()}
