"""Common options of the image verbs."""

import os
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from chalicelib.model.keys import is_image_id
from ops.client.addresses import ServerAddress, find_server
from ops.client.api import Api
from ops.client.connection import Connection
from ops.retry import BRIEF, LONG, RetryPolicy
from ops.terminal import say

Command = TypeVar("Command", bound=Callable[..., Any])

token_file_option = click.option(
    "--token-file",
    type=click.File(errors="replace"),  # binary content is reported like any wrong token
    help="File that contains the token; - is standard input  [default: the variable "
    "DARKROOM_TOKEN]",
)
_OPTIONS = (
    click.option(
        "--api",
        envvar="DARKROOM_API",
        show_envvar=True,
        metavar="URL",
        help="Address of the API or the page  [default: the Darkroom of `make run`]",
    ),
    token_file_option,
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one line per item.")


def api_options(command: Command) -> Command:
    """Decorator that adds the options for the API's address and token."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class ImageId(click.ParamType[str]):
    """The id of an image."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id; a usage error for a word that cannot be one."""
        if not is_image_id(str(value)):
            self.fail(f"{value!r} is not an image id; `list` shows them.", param, ctx)
        return str(value)


class Caller:
    """The caller of the API: connections, address and token from the options."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.connection = Connection()
        self.token = read_token(given.pop("token_file"))
        self._given = given.pop("api")

    def place(self) -> ServerAddress:
        """The server's address; warns if the token would be sent unencrypted."""
        place = find_server(self.connection, self._given)
        parts = urlsplit(place.api)
        if self.token and parts.scheme == "http" and not _is_here(parts.hostname or ""):
            say(f"{place.api} is not encrypted: others on the network can read the token.")
        return place

    def api(self, retry: RetryPolicy | None = None, *, patient: bool = False) -> Api:
        """The API; with `patient`, for many requests, it is called longer until it is available."""
        retry = retry or RetryPolicy(LONG if patient else BRIEF)
        return Api(self.connection, self.place().api, self.token, retry)


def read_token(file: Any) -> str:
    """The token from an open file, else from the environment; empty if there is none."""
    text = file.read() if file else os.environ.get("DARKROOM_TOKEN", "")
    token = str(text).strip()
    if not token.isascii() or not token.isprintable():
        raise click.UsageError("The token contains characters that no token has.")
    return token


def _is_here(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"
