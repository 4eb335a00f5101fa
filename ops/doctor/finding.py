"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: a warning needs attention at some time, a failure now."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """A fact about one part, in a sentence; `remedy` is the command that improves it, if any."""

    part: str
    level: Level
    text: str
    remedy: str = ""


def ok(part: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(part, Level.OK, text)


def warning(part: str, text: str, remedy: str = "") -> Finding:
    """It works, but not as it could."""
    return Finding(part, Level.WARNING, text, remedy)


def failure(part: str, text: str, remedy: str = "") -> Finding:
    """It does not work."""
    return Finding(part, Level.FAILURE, text, remedy)
