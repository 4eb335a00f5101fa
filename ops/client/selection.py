"""Which images a verb acts on: ids, ids on standard input, or a search."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import click

from chalicelib.model.image import Status, Visibility
from ops.client.api import Api
from ops.client.downloads import NotSaved
from ops.client.errors import Refused
from ops.client.options import ImageId
from ops.exit_codes import exit_code
from ops.terminal import say

Command = TypeVar("Command", bound=Callable[..., Any])
Json = dict[str, Any]

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


def selection(given: dict[str, Any]) -> Json:
    """The API's query parameters for the conditions, which are removed from `given`."""
    names = ("q", "tag", "from_", "to", "status", "visibility")
    conditions = {name.rstrip("_"): given.pop(name) for name in names}
    return {name: value for name, value in conditions.items() if value not in (None, ())}


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


def check_selection(words: Sequence[str], conditions: Mapping[str, Any]) -> None:
    """A usage error unless there are either ids or conditions."""
    if bool(words) == bool(conditions):
        raise click.UsageError("Give either IDs (- reads them from standard input) or conditions.")


def chosen_ids(api: Api, words: Sequence[str], conditions: Mapping[str, Any]) -> list[str]:
    """The ids of the images that are given, or else of those that meet the conditions.

    All are found before any is changed: a change may take an image out of the selection.
    """
    if words:
        return given_ids(words)
    return [image["id"] for image in api.images(conditions, None)]


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
