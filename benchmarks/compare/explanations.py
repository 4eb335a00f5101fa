"""Differences that are known and accepted, from explained.toml."""

from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from msgspec import Struct

EXPLAINED = Path(__file__).with_name("explained.toml")


class Explanation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why files that match one of the patterns differ.

    Patterns match the end of a path in the folder, `*` any part of it. With `kinds`, `classes` or
    `reasons` (Darkroom's) the explanation holds for those only.
    """

    files: tuple[str, ...] = ("*",)
    why: str
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def holds(self, file: str, kind: str, class_: str, reason: str) -> bool:
        """Whether this explains the difference of `file`, a path with slashes."""
        given = ((self.kinds, kind), (self.classes, class_), (self.reasons, reason))
        if any(allowed and found not in allowed for allowed, found in given):
            return False
        return any(_matches(file, pattern) for pattern in self.files)


class _Document(Struct, forbid_unknown_fields=True):
    explained: tuple[Explanation, ...] = ()


def load_explanations(path: Path = EXPLAINED) -> tuple[Explanation, ...]:
    """The explanations in a TOML file; msgspec.ValidationError if it has other fields."""
    return msgspec.toml.decode(path.read_bytes(), type=_Document).explained


def _matches(file: str, pattern: str) -> bool:
    return fnmatchcase(file, pattern) or fnmatchcase(file, f"*/{pattern}")
