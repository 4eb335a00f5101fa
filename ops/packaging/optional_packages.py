"""Packages that only some need: each is switched on in one word, and explained once."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from ops.project import PROJECT

Command = Callable[..., None]


def is_on(variables: Mapping[str, str], setting: str) -> bool:
    """Whether a setting that is off by default is on."""
    return variables.get(setting, "").lower() in {"1", "true"}


class OptionalPackage(NamedTuple):
    """What it does, its option as in `--heic`, its setting, and where it is in a layer."""

    purpose: str
    option: str
    setting: str
    library: str
    explanation: str

    @property
    def flags(self) -> str:
        """The option as click takes it."""
        return f"--{self.option}/--no-{self.option}"

    @property
    def requirements(self) -> Path:
        """The requirements file of its package."""
        return PROJECT / f"requirements-{self.option}.txt"

    def is_on(self, variables: Mapping[str, str]) -> bool:
        """Whether settings switch it on."""
        return is_on(variables, self.setting)


PACKAGES = (
    OptionalPackage(
        "Read HEIC",
        "heic",
        "ALLOW_HEIC",
        "pillow_heif/",
        "HEIC is read by pillow-heif, which contains libheif and libde265 (LGPL-3.0) and x265\n"
        "(GPL-2.0). Darkroom does not ship it: you install it here, and a deployment puts it into\n"
        "your own functions. HEVC, the coding in a HEIC, is covered by patents, for which you may\n"
        "need a licence. More is in docs/decisions/0009-heic.md.",
    ),
    OptionalPackage(
        "Read JPEG XL",
        "jxl",
        "ALLOW_JXL",
        "pyjpegxl/",
        "JPEG XL is read by pyjpegxl with libjxl, and numpy (BSD-3-Clause). They are installed\n"
        "here, and a deployment adds them to your functions: 20 MB. More is in\n"
        "docs/decisions/0009-heic.md.",
    ),
    OptionalPackage(
        "Sign renditions with C2PA",
        "c2pa",
        "SIGN_RENDITIONS",
        "c2pa/libs/libc2pa_c.so",
        "Renditions are signed by c2pa-python (Apache-2.0 or MIT). It is installed here, and a\n"
        "deployment adds it to your functions: 10 MB. Each file grows by about 3.4 KB. More is in\n"
        "docs/content-credentials.md.",
    ),
)


def local_options(command: Command) -> Command:
    """Add an option for each, as `--heic/--no-heic`; the default is the setting's value."""
    for entry in reversed(PACKAGES):
        text = f"{entry.purpose}  [default: what the setting says, or no]"
        command = click.option(entry.flags, default=None, envvar=entry.setting, help=text)(command)
    return command


def stage_options(command: Command) -> Command:
    """Add an option for each, as `--heic/--no-heic`; the default is what the stage has."""
    for entry in reversed(PACKAGES):
        text = f"{entry.purpose}; recorded in the stage  [default: as it is]"
        command = click.option(entry.flags, default=None, help=text)(command)
    return command


def chosen(given: dict[str, Any]) -> dict[str, str]:
    """The settings by these options, which are taken out of `given`."""
    values = {entry.setting: given.pop(entry.option) for entry in PACKAGES}
    return {name: str(int(value)) for name, value in values.items() if value is not None}


def explanations(before: Mapping[str, str], chosen: Mapping[str, str]) -> list[str]:
    """What to know about each package that is `chosen` and was not on `before`."""
    new = (entry for entry in PACKAGES if entry.is_on(chosen) and not entry.is_on(before))
    return [entry.explanation for entry in new]


def requirements(variables: Mapping[str, str]) -> list[Path]:
    """The requirements files that these settings need, besides requirements.txt."""
    return [entry.requirements for entry in PACKAGES if entry.is_on(variables)]


def libraries(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Where these settings need files in the layer."""
    return tuple(entry.library for entry in PACKAGES if entry.is_on(variables))


if __name__ == "__main__":
    click.echo("\n".join(entry.explanation for entry in PACKAGES if entry.option in sys.argv[1:]))
