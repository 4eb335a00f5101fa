"""`python -m ops manual`: generates docs/command-line.md from the verbs' help."""

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import cast

import click

from darkroom_client.cli.verbs import NAME
from ops.cli import GROUPS
from ops.project import PROJECT

PAGE = PROJECT / "docs" / "command-line.md"

_TEMPLATE = Path(__file__).with_name("manual.template.md")
_WIDTH = 88  # characters


@click.command()
@click.pass_context
def manual(ctx: click.Context) -> None:
    """Generate docs/command-line.md from the verbs' help.

        python -m ops manual

    A test checks that the page is up to date.
    """
    main = cast(click.Group, ctx.find_root().command)
    PAGE.write_text(page(main), encoding="utf-8")


def page(main: click.Group) -> str:
    """The text of docs/command-line.md."""
    ctx = click.Context(
        main,
        info_name=NAME,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        **main.context_settings,
    )
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        overview=_help(main, ctx), verbs="\n".join(_sections(main, ctx))
    )


def _sections(main: click.Group, ctx: click.Context) -> Iterator[str]:
    for group, verbs in GROUPS.items():
        yield f"## {group}\n"
        for verb in verbs:
            yield from _verb(main, verb, ctx, "###")


def _verb(group: click.Group, verb: str, ctx: click.Context, level: str) -> Iterator[str]:
    command = group.get_command(ctx, verb)
    if command is None:
        return
    own = click.Context(command, parent=ctx, info_name=verb)
    path = own.command_path.removeprefix(f"{NAME} ")
    yield f"{level} {path}\n\n{_help(command, own)}"
    if isinstance(command, click.Group):
        for name in command.list_commands(own):
            yield from _verb(command, name, own, f"{level}#")


def _help(command: click.Command, ctx: click.Context) -> str:
    lines = "\n".join(line.rstrip() for line in command.get_help(ctx).splitlines())
    return f"```text\n{lines}\n```\n"
