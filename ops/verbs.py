"""All verbs, in groups, each brought in when it is called: most of them are slow to import."""

import copy
import importlib
import os
import sqlite3
import sys
import traceback
from typing import Any

import click

from chalicelib.errors import DarkroomError

INTERRUPTED = 130  # what shells use for a program that Ctrl-C has ended
NAME = "darkroom"  # of the launcher
MODULE = "python -m ops"  # as examples have it

GROUPS: dict[str, dict[str, str]] = {
    "Images": {
        "upload": "ops.upload:upload",
        "list": "ops.list:list_images",
        "show": "ops.show:show",
        "open": "ops.open:open_image",
        "delete": "ops.delete:delete",
        "render": "ops.render:render",
    },
    "Stage": {
        "run": "ops.run:run",
        "deploy": "ops.deploy:deploy",
        "destroy": "ops.destroy:destroy",
        "smoke": "ops.smoke:smoke",
        "token": "ops.token:token",
        "package": "ops.package:package",
    },
    "Upkeep": {
        "logs": "ops.logs:logs",
        "backfill": "ops.backfill:backfill",
        "reprocess": "ops.reprocess:reprocess",
        "redrive": "ops.redrive:redrive",
        "sweep": "ops.sweep:sweep",
        "rebuild-table": "ops.rebuild:rebuild_table",
    },
    "Development": {
        "completion": "ops.completion:completion",
        "configuration": "ops.configuration.command:configuration",
        "manual": "ops.manual:manual",
        "openapi": "ops.openapi:openapi",
        "permissions": "ops.permissions.command:permissions",
        "schemas": "ops.schemas:schemas",
        "screenshots": "ops.screenshots:screenshots",
        "secrets": "ops.secrets:secrets",  # pragma: allowlist secret
        "system": "ops.system:system",
        "templates": "ops.templates:templates",
    },
}
_PLACES = {verb: place for verbs in GROUPS.values() for verb, place in verbs.items()}


class Verbs(click.Group):
    """The command line. Whatever goes wrong, its user reads a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All verbs, group by group."""
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, with the examples as the launcher's user types them; None for no verb."""
        if cmd_name not in _PLACES:
            return None
        module, _, name = _PLACES[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return _launched(command) if ctx.find_root().info_name == NAME else command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is meant; of a word that is none, what it is like."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=_PLACES, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs of each group, with a line for each."""
        width = formatter.width - 6 - max(map(len, _PLACES))
        for group, verbs in GROUPS.items():
            found = [(verb, self.get_command(ctx, verb)) for verb in verbs]
            rows = [(verb, one.get_short_help_str(width)) for verb, one in found if one]
            with formatter.section(group):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb. Ctrl-C ends with 130, any fault with 1 and a sentence."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            sys.exit(INTERRUPTED)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as fault:
            if ctx.params["debug"]:
                traceback.print_exc()
            click.echo(_sentence(fault), err=True)
            sys.exit(1)


def _launched(command: click.Command) -> click.Command:
    named = copy.copy(command)
    named.help = (command.help or "").replace(MODULE, NAME)
    if isinstance(named, click.Group):
        named.commands = {verb: _launched(one) for verb, one in named.commands.items()}
    return named


def _sentence(fault: Exception) -> str:
    """What a user can mend is told as it is; all else is ours."""
    if isinstance(fault, DarkroomError | OSError | sqlite3.Error):
        return f"Not finished. {fault}"
    said = " ".join(str(fault).split())
    what = type(fault).__name__ + (f": {said}" if said else "")
    return f"Something went wrong inside Darkroom ({what}). DARKROOM_DEBUG=1 shows where."
