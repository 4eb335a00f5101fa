"""All verbs, in groups; each is imported when it is called, as most are slow to import."""

import copy
import importlib
import os
import sqlite3
import sys
import traceback
from typing import Any

import click

from chalicelib.errors import DarkroomError
from ops.exit_codes import FAILED, INTERRUPTED

NAME = "darkroom"  # the launcher's name
MODULE = "python -m ops"  # as in the examples

GROUPS: dict[str, dict[str, str]] = {
    "Images": {
        "upload": "ops.commands.upload:upload",
        "list": "ops.commands.list:list_images",
        "show": "ops.commands.show:show",
        "duplicates": "ops.commands.duplicates:list_duplicates",
        "open": "ops.commands.open:open_image",
        "tag": "ops.commands.tag:tag",
        "edit": "ops.commands.edit:edit",
        "download": "ops.commands.download:download",
        "visibility": "ops.commands.visibility:visibility",
        "share": "ops.commands.share:share",
        "delete": "ops.commands.delete:delete",
        "sign": "ops.commands.sign:sign",
        "render": "ops.commands.render:render",
    },
    "Stage": {
        "init": "ops.commands.init:init",
        "run": "ops.commands.run:run",
        "deploy": "ops.commands.deploy:deploy",
        "destroy": "ops.commands.destroy:destroy",
        "credentials": "ops.commands.credentials:credentials",
        "smoke": "ops.commands.smoke:smoke",
        "token": "ops.commands.token:token",
        "package": "ops.commands.package:package",
        "rotate-keys": "ops.commands.rotate_keys:rotate_keys",
        "doctor": "ops.commands.doctor:doctor",
        "record": "ops.commands.record:record",
        "edge-table": "ops.commands.edge_table:edge_table",
    },
    "Maintenance": {
        "logs": "ops.commands.logs:logs",
        "backfill": "ops.commands.backfill:backfill",
        "reprocess": "ops.commands.reprocess:reprocess",
        "redrive": "ops.commands.redrive:redrive",
        "sweep": "ops.commands.sweep:sweep",
        "rebuild-table": "ops.commands.rebuild_table:rebuild_table",
    },
    "Development": {
        "artifacts": "ops.commands.artifacts:artifacts",
        "completion": "ops.commands.completion:completion",
        "configuration": "ops.docs.commands:configuration",
        "manual": "ops.docs.manual:manual",
        "openapi": "ops.docs.openapi:openapi",
        "permissions": "ops.docs.commands:permissions",
        "release": "ops.commands.release:release",
        "schemas": "ops.docs.schemas:schemas",
        "secrets": "ops.commands.secrets:secrets",  # pragma: allowlist secret
        "templates": "ops.commands.templates:templates",
    },
}
_IMPORT_PATHS = {verb: path for verbs in GROUPS.values() for verb, path in verbs.items()}


class Verbs(click.Group):
    """The command line: any error ends it with a sentence instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All verbs, group by group."""
        return list(_IMPORT_PATHS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, with examples that use the launcher if that was called; None if unknown."""
        if cmd_name not in _IMPORT_PATHS:
            return None
        module, _, name = _IMPORT_PATHS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return _launched(command) if ctx.find_root().info_name == NAME else command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb; for an unknown one, the error suggests similar names."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(
                error.command_name, possibilities=_IMPORT_PATHS, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the verbs of each group, one line for each."""
        width = formatter.width - 6 - max(map(len, _IMPORT_PATHS))
        for group, verbs in GROUPS.items():
            found = [(verb, self.get_command(ctx, verb)) for verb in verbs]
            rows = [(verb, command.get_short_help_str(width)) for verb, command in found if command]
            with formatter.section(group):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb. Ctrl-C exits with 130, any error with 1 and a sentence."""
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
            sys.exit(FAILED)


def _launched(command: click.Command) -> click.Command:
    launched = copy.copy(command)
    launched.help = (command.help or "").replace(MODULE, NAME)
    if isinstance(launched, click.Group):
        launched.commands = {verb: _launched(child) for verb, child in launched.commands.items()}
    return launched


def _sentence(fault: Exception) -> str:
    """Errors that users can fix keep their text; all others are reported as ours."""
    if isinstance(fault, DarkroomError | OSError | sqlite3.Error):
        return f"Not finished. {fault}"
    message = " ".join(str(fault).split())
    error = type(fault).__name__ + (f": {message}" if message else "")
    return f"Something went wrong inside Darkroom ({error}). DARKROOM_DEBUG=1 shows where."
