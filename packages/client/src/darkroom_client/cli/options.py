"""Common options of the image verbs."""

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from darkroom_client.cli.addresses import ServerAddress, find_server
from darkroom_client.cli.terminal import pause_until, say
from darkroom_client.names import is_image_id
from darkroom_client.retries import BRIEF, LONG
from darkroom_client.sync import Client, Transport

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
        self.transport = Transport()
        click.get_current_context().call_on_close(self.transport.close)
        self.token = read_token(given.pop("token_file"))
        self._given = given.pop("api")

    def place(self) -> ServerAddress:
        """The server's address; warns if the token would be sent unencrypted."""
        place = find_server(self.transport, self._given)
        parts = urlsplit(place.api)
        if self.token and parts.scheme == "http" and not _is_here(parts.hostname or ""):
            say(f"{place.api} is not encrypted: others on the network can read the token.")
        return place

    def client(self, stopping: threading.Event | None = None, *, patient: bool = False) -> Client:
        """The client; with `patient`, for many requests, it is retried for longer.

        `stopping` ends any wait with Stopped.
        """
        return Client(
            self.place().api,
            self.token,
            waits=LONG if patient else BRIEF,
            transport=self.transport,
            sleep=pause_until(stopping or threading.Event()),
        )


def read_token(file: Any) -> str:
    """The token from an open file, else from the environment; empty if there is none."""
    text = file.read() if file else os.environ.get("DARKROOM_TOKEN", "")
    token = str(text).strip()
    if not token.isascii() or not token.isprintable():
        raise click.UsageError("The token contains characters that no token has.")
    return token


def _is_here(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"
