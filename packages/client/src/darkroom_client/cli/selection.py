"""Which images a verb acts on: ids, ids on standard input, or a search."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import click

from darkroom_client.cli.exit_codes import exit_code
from darkroom_client.cli.options import ImageId
from darkroom_client.cli.terminal import say
from darkroom_client.errors import NotSaved, Refused
from darkroom_client.models import Status, Visibility
from darkroom_client.operations import Conditions
from darkroom_client.sync import Client

Command = TypeVar("Command", bound=Callable[..., Any])

STANDARD_INPUT = "-"
_DATE_HELP = "a date, or a date and time with a time zone"
_OPTIONS = (
    click.option(
        "--query",
        "q",
        metavar="WORDS",
        help="Only images with words in file name, tags or texts that begin with these.",
    ),
    click.option(
        "--tag", multiple=True, metavar="TAG", help="Only images with this tag; repeatable."
    ),
    click.option(
        "--from", "from_", metavar="DATE", help=f"Only images created then or later: {_DATE_HELP}."
    ),
    click.option(
        "--to",
        metavar="DATE",
        help=f"Only images created before then, or on that date: {_DATE_HELP}.",
    ),
    click.option(
        "--status",
        type=click.Choice([status.value for status in Status]),
        help="Only images with this status.",
    ),
    click.option(
        "--visibility",
        type=click.Choice([visibility.value for visibility in Visibility]),
        help="Only images with this visibility.",
    ),
)


def selection_options(command: Command) -> Command:
    """Decorator that adds the conditions of a search; `selection` takes them from the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def selection(given: dict[str, Any]) -> Conditions:
    """The conditions, which are removed from `given`."""
    names = ("q", "tag", "from_", "to", "status", "visibility")
    conditions = {name: given.pop(name) for name in names}
    found = {name: value for name, value in conditions.items() if value not in (None, ())}
    return cast(Conditions, found)


class ImageIdOrInput(ImageId):
    """The id of an image, or `-` for ids on standard input."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id or `-`; a usage error for a word that is neither."""
        return STANDARD_INPUT if value == STANDARD_INPUT else super().convert(value, param, ctx)


def given_ids(words: Sequence[str]) -> list[str]:
    """The ids, once each; those on standard input in place of `-`, separated by whitespace.

    A usage error for a word there that is no id.
    """
    ids: list[str] = []
    for word in words:
        ids += _read_ids() if word == STANDARD_INPUT else [word]
    return list(dict.fromkeys(ids))


def _read_ids() -> Iterator[str]:
    for word in sys.stdin.read().split():
        yield str(ImageId().convert(word, None, None))


def check_selection(words: Sequence[str], conditions: Conditions) -> None:
    """A usage error unless there are either ids or conditions."""
    if bool(words) == bool(conditions):
        raise click.UsageError("Give either IDs (- reads them from standard input) or conditions.")


def chosen_ids(client: Client, words: Sequence[str], conditions: Conditions) -> list[str]:
    """The ids of the images that are given, or else of those that meet the conditions.

    All are found before any is changed: a change may take an image out of the selection.
    """
    if words:
        return given_ids(words)
    return [image.id for image in client.images(None, **conditions)]


def for_each_image(ids: Sequence[str], act: Callable[[str], bool]) -> int:
    """Act on each image: the exit code. `act` returns whether it succeeded.

    A refusal, or a file that cannot be saved, is reported if it concerns one image only.
    """
    done = 0
    for image_id in ids:
        try:
            done += act(image_id)
        except (Refused, NotSaved) as reason:
            if isinstance(reason, Refused) and reason.concerns_all:
                raise
            say(f"{image_id}: {reason}")
    return exit_code(done, len(ids) - done)
