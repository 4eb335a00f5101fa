"""Outcomes of uploads, for programs and for people."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click

from darkroom_client.cli.terminal import files_in_words, shown
from darkroom_client.models import Image

READY, SENT, REJECTED, FAILED = "ready", "sent", "rejected", "failed"

_SUCCEEDED = frozenset({READY, SENT})
_STYLES = {READY: "green", SENT: "green", REJECTED: "red", FAILED: "red"}


@dataclass(frozen=True)
class Outcome:
    """The fields of the JSON line.

    `status` is ready, sent (with --no-wait), rejected (the file is at fault) or failed. `reason`
    is a code, `detail` a sentence; `duplicate` means that the API already had the file.
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
        """Whether the file was uploaded."""
        return self.status in _SUCCEEDED

    def line(self) -> str:
        """The readable line."""
        name = shown(self.file)
        if not self.succeeded:
            reason = f" ({self.reason})" if self.reason else ""
            return f"{name}  {self.status}{reason}: {self.detail}"
        parts = [name, self.status, self.image_id or "", f"{self.bytes:,} bytes"]
        if self.saved_percent is not None:
            parts.append(f"{self.saved_percent:g}% saved")
        if self.duplicate:
            parts.append("already uploaded")
        return "  ".join(parts)


def outcome_of(image: Image, file: str, size: int, *, duplicate: bool) -> Outcome:
    """The outcome of a file whose image is done."""
    status = str(image.status) if image.status in (READY, REJECTED) else FAILED
    detail = None if status == READY else image.detail or f"It is {image.status}."
    return Outcome(
        file,
        status,
        size,
        image.id,
        image.sha256,
        duplicate,
        image.reason,
        detail,
        image.savings.percent if image.savings else None,
    )


class Report:
    """Prints outcomes as they come: JSON, or readable lines with failures on standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._outcomes: list[Outcome] = []

    @property
    def number(self) -> int:
        """The number of outcomes."""
        return len(self._outcomes)

    @property
    def succeeded(self) -> int:
        """The number of successes."""
        return sum(outcome.succeeded for outcome in self._outcomes)

    def add(self, outcome: Outcome) -> None:
        """Add and print an outcome."""
        self._outcomes.append(outcome)
        if self._as_json:
            click.echo(json.dumps(asdict(outcome)))
        else:
            style = _STYLES[outcome.status]
            click.secho(outcome.line(), fg=style, err=not outcome.succeeded)

    def end(self) -> None:
        """Print the readable total."""
        if self._outcomes and not self._as_json:
            click.secho(total_of(self._outcomes), bold=True)


def total_of(outcomes: Sequence[Outcome]) -> str:
    """One line: the number of files, and of each status."""
    counts = Counter(outcome.status for outcome in outcomes)
    duplicates = sum(outcome.duplicate for outcome in outcomes)
    parts = [files_in_words(len(outcomes))]
    parts += [f"{counts[status]:,} {status}" for status in _STYLES if counts[status]]
    if duplicates:
        parts.append(f"{duplicates:,} already uploaded")
    return ", ".join(parts)
