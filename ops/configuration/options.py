"""Options of the command line, and parameters of the templates, with what is said of them there."""

import json
from typing import Any

import click

from ops.cloud.templates import FOLDER
from ops.configuration.settings import Row
from ops.local.names import PROJECT

_CONFIG = PROJECT / ".chalice" / "config.json"


def run_rows(command: click.Command) -> list[Row]:
    """A row for each option of `command` that is an environment variable, too."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    return [[f"`{one.envvar}`", f"`{one.opts[0]}`", one.help or ""] for one in options]


def option_rows(command: click.Command) -> list[Row]:
    """A row for each option of `command`."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    names = [[*one.opts[:1], *one.secondary_opts] for one in options]
    return [
        [", ".join(f"`{name}`" for name in shown), one.help or ""]
        for shown, one in zip(names, options, strict=True)
    ]


def parameter_rows(part: str) -> list[Row]:
    """A row for each parameter of a template."""
    from cfnlint.decode import decode

    template, faults = decode(str(FOLDER / f"{part}.yaml"))
    if faults or not isinstance(template, dict):
        raise click.ClickException(f"{part}.yaml cannot be read.")
    known = template["Parameters"].items()
    return [[f"`{name}`", _start(one), one["Description"]] for name, one in known]


def function_rows() -> list[Row]:
    """A row for each function: the memory and time that a new stage's has."""
    functions = json.loads(_CONFIG.read_text())["stages"]["dev"]["lambda_functions"]
    return [
        [f"`{name}`", f"{known['lambda_memory_size']:,}", str(known["lambda_timeout"])]
        for name, known in functions.items()
    ]


def _start(known: dict[str, Any]) -> str:
    if "Default" not in known:
        return "needed"
    return f"`{known['Default']}`" if known["Default"] != "" else "empty"
