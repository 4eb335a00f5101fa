"""Formats that need a package of another licence: switched on in one word, explained once."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from ops.project import PROJECT

Command = Callable[..., None]


class OptionalFormat(NamedTuple):
    """A format, the setting that allows it, and what has to be installed for it."""

    name: str
    setting: str
    library: str
    explanation: str

    @property
    def option(self) -> str:
        """The option's name, as in `--heic`."""
        return self.setting.removeprefix("ALLOW_").lower()

    @property
    def flags(self) -> str:
        """The option as click takes it."""
        return f"--{self.option}/--no-{self.option}"

    @property
    def requirements(self) -> Path:
        """The requirements file of its package."""
        return PROJECT / f"requirements-{self.option}.txt"

    def is_on(self, variables: Mapping[str, str]) -> bool:
        """Whether settings allow it."""
        return variables.get(self.setting, "").lower() in {"1", "true"}


FORMATS = (
    OptionalFormat(
        "HEIC",
        "ALLOW_HEIC",
        "pillow_heif/",
        "HEIC is read by pillow-heif, which contains libheif and libde265 (LGPL-3.0) and x265\n"
        "(GPL-2.0). Darkroom does not ship it: you install it here, and a deployment puts it into\n"
        "your own functions. HEVC, the coding in a HEIC, is covered by patents, for which you may\n"
        "need a licence. More is in docs/decisions/0009-heic.md.",
    ),
    OptionalFormat(
        "JPEG XL",
        "ALLOW_JXL",
        "pyjpegxl/",
        "JPEG XL is read by pyjpegxl with libjxl, and numpy (BSD-3-Clause). They are installed\n"
        "here, and a deployment adds them to your functions: 20 MB. More is in\n"
        "docs/decisions/0009-heic.md.",
    ),
)


def local_options(command: Command) -> Command:
    """Add an option for each format, as `--heic/--no-heic`; the default is the setting's value."""
    for entry in reversed(FORMATS):
        text = f"Read {entry.name}  [default: what the setting says, or no]"
        command = click.option(entry.flags, default=None, envvar=entry.setting, help=text)(command)
    return command


def stage_options(command: Command) -> Command:
    """Add an option for each format, as `--heic/--no-heic`; the default is what the stage has."""
    for entry in reversed(FORMATS):
        text = f"Read {entry.name}; recorded in the stage  [default: as it is]"
        command = click.option(entry.flags, default=None, help=text)(command)
    return command


def chosen(given: dict[str, Any]) -> dict[str, str]:
    """The settings by these options, which are taken out of `given`."""
    values = {entry.setting: given.pop(entry.option) for entry in FORMATS}
    return {name: str(int(value)) for name, value in values.items() if value is not None}


def explanations(before: Mapping[str, str], chosen: Mapping[str, str]) -> list[str]:
    """What to know about each format that is `chosen` and was not on `before`."""
    new = (entry for entry in FORMATS if entry.is_on(chosen) and not entry.is_on(before))
    return [entry.explanation for entry in new]


def requirements(variables: Mapping[str, str]) -> list[Path]:
    """The requirements files that these settings need, besides requirements.txt."""
    return [entry.requirements for entry in FORMATS if entry.is_on(variables)]


def libraries(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Where these settings need files in the layer."""
    return tuple(entry.library for entry in FORMATS if entry.is_on(variables))


if __name__ == "__main__":
    click.echo("\n".join(entry.explanation for entry in FORMATS if entry.option in sys.argv[1:]))
