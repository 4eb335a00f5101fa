"""What the image verbs take on the command line, and how they end."""

import os
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from chalicelib.keys import is_image_id
from ops.client.api import Api
from ops.client.connection import Connection
from ops.client.patience import BRIEF, Patience
from ops.client.places import Place, find_place

SOME_FAILED = 3
EXIT_CODES = """Exit codes: 0 when all is done; 1 where it could not be done, which is said on
standard error; 2 for wrong usage; 3 where some of several could not be done; 130 after Ctrl-C."""

Command = TypeVar("Command", bound=Callable[..., Any])

token_file_option = click.option(
    "--token-file",
    type=click.File(errors="replace"),  # what is no text is told as any wrong token
    help="A file that holds the token; - is standard input  [default: the variable "
    "DARKROOM_TOKEN, where the API asks for one]",
)
_OPTIONS = (
    click.option(
        "--api",
        envvar="DARKROOM_API",
        show_envvar=True,
        metavar="URL",
        help="The API's address, or the page's  [default: the Darkroom of `make run`]",
    ),
    token_file_option,
)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON, one line for each.")


def api_options(command: Command) -> Command:
    """The options that lead to an API."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class ImageId(click.ParamType[str]):
    """The id of an image."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is given; a word that cannot be one is wrong usage."""
        if not is_image_id(str(value)):
            self.fail(f"{value!r} is no image id; `list` shows them.", param, ctx)
        return str(value)


class Caller:
    """Whoever asks: connections, the place that the options name, and the token."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.connection = Connection()
        self.token = read_token(given.pop("token_file"))
        self._given = given.pop("api")

    def place(self) -> Place:
        """Where the Darkroom is; a token that would go there in the open is told."""
        place = find_place(self.connection, self._given)
        parts = urlsplit(place.api)
        if self.token and parts.scheme == "http" and not _is_here(parts.hostname or ""):
            complain(f"{place.api} is not encrypted: others on the way can read the token.")
        return place

    def api(self, patience: Patience | None = None) -> Api:
        """The API."""
        return Api(self.connection, self.place().api, self.token, patience or Patience(BRIEF))


def complain(line: str) -> None:
    """A line for people, beside what programs read."""
    click.echo(line, err=True)


def exit_code(done: int, failed: int) -> int:
    """What a command ends with that has tried several things."""
    if not failed:
        return 0
    return SOME_FAILED if done else 1


def read_token(file: Any) -> str:
    """The token of an open file, else of the environment; empty where there is none."""
    text = file.read() if file else os.environ.get("DARKROOM_TOKEN", "")
    token = str(text).strip()
    if not token.isascii() or not token.isprintable():
        raise click.UsageError("The token holds letters that no token has.")
    return token


def _is_here(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"
