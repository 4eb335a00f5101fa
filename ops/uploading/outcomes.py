"""What became of one file, for programs and for people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ops.rendering.outcomes import shown
from ops.rendering.report import files_in_words

READY, SENT, REJECTED, FAILED = "ready", "sent", "rejected", "failed"

_SUCCEEDED = frozenset({READY, SENT})
STYLES = {READY: "green", SENT: "green", REJECTED: "red", FAILED: "red"}


@dataclass(frozen=True)
class Outcome:
    """The fields of the JSON line.

    `status` is ready, sent (it was not waited for), rejected (the file is at fault) or failed.
    `reason` is a code, `detail` a sentence; `duplicate` says that the API had the file already.
    """

    file: str
    status: str
    bytes: int
    image_id: str | None = None
    sha256: str | None = None
    duplicate: bool = False
    reason: str | None = None
    detail: str | None = None
    saved_percent: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the file is where it should be."""
        return self.status in _SUCCEEDED

    def json(self) -> dict[str, Any]:
        """Its line for programs."""
        return asdict(self)

    def line(self) -> str:
        """Its line for people."""
        name = shown(self.file)
        if not self.succeeded:
            reason = f" ({self.reason})" if self.reason else ""
            return f"{name}  {self.status}{reason}: {self.detail}"
        parts = [name, self.status, self.image_id or "", f"{self.bytes:,} bytes"]
        if self.saved_percent is not None:
            parts.append(f"{self.saved_percent:g}% saved")
        if self.duplicate:
            parts.append("was there already")
        return "  ".join(parts)


def outcome_of(image: Mapping[str, Any], file: str, size: int, *, duplicate: bool) -> Outcome:
    """The outcome of a file whose image is done."""
    status = image["status"] if image["status"] in (READY, REJECTED) else FAILED
    detail = None if status == READY else image.get("detail") or f"It is {image['status']}."
    return Outcome(
        file,
        status,
        size,
        image["id"],
        image.get("sha256"),
        duplicate,
        image.get("reason"),
        detail,
        (image.get("savings") or {}).get("percent"),
    )


def total_of(outcomes: Sequence[Outcome]) -> str:
    """One line: how many files, and what became of them."""
    counts = Counter(outcome.status for outcome in outcomes)
    known = sum(outcome.duplicate for outcome in outcomes)
    parts = [files_in_words(len(outcomes))]
    parts += [f"{counts[status]:,} {status}" for status in STYLES if counts[status]]
    if known:
        parts.append(f"{known:,} of them there already")
    return ", ".join(parts)
