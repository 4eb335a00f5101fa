"""Options of the command line and parameters of the templates, with their descriptions."""

from typing import Any

import click

from ops.deploy.templates import FOLDER
from ops.docs.settings import Row
from ops.site_folder import stages


def run_rows(command: click.Command) -> list[Row]:
    """A row for each option of `command`, all of which are also environment variables."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    return [[f"`{o.envvar}`", f"`{o.opts[0]}`", o.help or ""] for o in options]


def option_rows(command: click.Command) -> list[Row]:
    """A row for each option of `command`."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    names = [[*option.opts[:1], *option.secondary_opts] for option in options]
    return [
        [", ".join(f"`{name}`" for name in shown), option.help or ""]
        for shown, option in zip(names, options, strict=True)
    ]


def parameter_rows(part: str) -> list[Row]:
    """A row for each parameter of a template."""
    from cfnlint.decode import decode

    template, faults = decode(str(FOLDER / f"{part}.yaml"))
    if faults or not isinstance(template, dict):
        raise click.ClickException(f"{part}.yaml cannot be read.")
    return [
        [f"`{name}`", _default(parameter), parameter["Description"]]
        for name, parameter in template["Parameters"].items()
    ]


def function_rows() -> list[Row]:
    """A row for each function: its memory and time limit in a new stage."""
    functions = stages.defaults()["stages"][stages.SHAPE]["lambda_functions"]
    return [
        [f"`{name}`", f"{limits['lambda_memory_size']:,}", str(limits["lambda_timeout"])]
        for name, limits in functions.items()
    ]


def _default(parameter: dict[str, Any]) -> str:
    if "Default" not in parameter:
        return "needed"
    return f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty"
