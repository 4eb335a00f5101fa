"""A group of verbs, each imported when it is called, as most are slow to import."""

import copy
import importlib
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from darkroom_client.cli.exit_codes import FAILED, INTERRUPTED
from darkroom_client.errors import DarkroomError

NAME = "darkroom"  # as in the examples

Groups = Mapping[str, Mapping[str, str]]  # by title: import paths of verbs by name

_IMAGES = {
    "upload": "upload:upload",
    "list": "list:list_images",
    "show": "show:show",
    "duplicates": "duplicates:list_duplicates",
    "open": "open:open_image",
    "tag": "tag:tag",
    "edit": "edit:edit",
    "download": "download:download",
    "visibility": "visibility:visibility",
    "share": "share:share",
    "delete": "delete:delete",
}
IMAGES = {verb: f"darkroom_client.cli.commands.{path}" for verb, path in _IMAGES.items()}
COMPLETION = "darkroom_client.cli.commands.completion:completion"


@dataclass(frozen=True)
class LocalDarkroom:
    """The Darkroom of this machine that verbs use without --api, and where they keep data."""

    api: str
    page: str
    data: Path
    how_to_start: str = ""  # a sentence


class Verbs(click.Group):
    """The command line: any error ends it with a sentence instead of a traceback.

    `expected` are further errors that users can fix, `local` tells the Darkroom of this machine.
    """

    def __init__(
        self,
        *arguments: Any,
        groups: Groups,
        local: Callable[[], LocalDarkroom],
        expected: tuple[type[Exception], ...] = (),
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self.groups = groups
        self.local = local
        self._expected: tuple[type[Exception], ...] = (
            *(DarkroomError, OSError, sqlite3.Error),
            *expected,
        )
        self._paths = {verb: path for verbs in groups.values() for verb, path in verbs.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All verbs, group by group."""
        return list(self._paths)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb; None if it is unknown."""
        if cmd_name not in self._paths:
            return None
        module, _, name = self._paths[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return self.adapted(ctx, command)

    def adapted(self, ctx: click.Context, command: click.Command) -> click.Command:  # noqa: ARG002
        """The verb as it is shown here."""
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb; for an unknown one, the error suggests similar names."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(
                error.command_name, possibilities=self._paths, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the verbs of each group, one line for each."""
        width = formatter.width - 6 - max(map(len, self._paths))
        for group, verbs in self.groups.items():
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
            click.echo(self._sentence(fault), err=True)
            sys.exit(FAILED)

    def _sentence(self, fault: Exception) -> str:
        """Errors that users can fix keep their text; all others are reported as ours."""
        if isinstance(fault, self._expected):
            return f"Not finished. {fault}"
        message = " ".join(str(fault).split())
        error = type(fault).__name__ + (f": {message}" if message else "")
        return f"Something went wrong inside Darkroom ({error}). DARKROOM_DEBUG=1 shows where."


def local_darkroom() -> LocalDarkroom:
    """The Darkroom of this machine, as the running command line knows it."""
    root = click.get_current_context().find_root().command
    if not isinstance(root, Verbs):
        raise TypeError("the verb is not one of Verbs")
    return root.local()


def with_help(command: click.Command, change: Callable[[str], str]) -> click.Command:
    """A copy of a verb, and of its own verbs, with another help."""
    changed = copy.copy(command)
    changed.help = change(command.help or "")
    if isinstance(changed, click.Group):
        changed.commands = {verb: with_help(c, change) for verb, c in changed.commands.items()}
    return changed
