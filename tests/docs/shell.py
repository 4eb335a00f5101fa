"""Splits shell snippets into commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

_ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One simple command: the variables before it, then its words."""

    words: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        return self.words[0] if self.words else ""

    @property
    def verb(self) -> tuple[str, ...] | None:
        """The words after `python -m ops` or `./darkroom`; None for another program."""
        if self.program in ("./darkroom", "darkroom"):
            return self.words[1:]
        if self.program.endswith("python") and self.words[1:3] == ("-m", "ops"):
            return self.words[3:]
        return None


def commands(text: str) -> list[Command]:
    """The commands of a snippet, in order, except those in `$(...)` or comments."""
    joined = re.sub(r"\$\([^()]*\)", "$OUTPUT", re.sub(r"\\\n\s*", " ", text))
    return [command for line in joined.splitlines() for command in _in_line(line)]


def _in_line(line: str) -> Iterator[Command]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("|&;"):
            if words:
                yield _command(words)
            words = []
        else:
            words.append(word)


def _command(words: list[str]) -> Command:
    variables: dict[str, str] = {}
    while words and (found := _ASSIGNED.fullmatch(words[0])):
        variables[found[1]] = found[2]
        words = words[1:]
    return Command(tuple(words), variables)
