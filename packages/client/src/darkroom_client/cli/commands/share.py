"""`darkroom share`: links to single images for people without a token."""

import json
import re
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from darkroom_client.cli.options import Caller, ImageId, api_options, json_option
from darkroom_client.cli.terminal import say
from darkroom_client.models import NewShare, ShareList

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


class Duration(click.ParamType[int]):
    """A time such as 30m, 12h or 7d, as seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The seconds; a usage error for any other form."""
        if isinstance(value, int):
            return value
        form = re.fullmatch(r"([0-9]{1,4})([mhd])", str(value))
        if form is None:
            self.fail(f"{value!r} is no time such as 30m, 12h or 7d.", param, ctx)
        return int(form[1]) * _SECONDS[form[2]]


@click.command(epilog=EXPLAINED)
@click.argument("image_id", metavar="ID", type=ImageId())
@click.option(
    "--expires",
    type=Duration(),
    metavar="TIME",
    default="1d",
    show_default=True,
    help="How long the link works: 1m to 30d.",
)
@click.option("--revoke", metavar="SHARE", help="Revoke the link with this id instead.")
@click.option("--list", "lists", is_flag=True, help="List the links that have not expired instead.")
@json_option
@api_options
def share(
    image_id: str, expires: int, revoke: str | None, lists: bool, as_json: bool, **given: Any
) -> None:
    """Make a link to an image that works without a token until it expires.

    It shows the largest rendition to whoever has it, and is printed once.

        darkroom share 01M7Y2N0N9BYRK049JRFXGS292 --expires 7d

        darkroom share 01M7Y2N0N9BYRK049JRFXGS292 --revoke aaaabbbbccccdddd
    """
    client = Caller(given).client()
    found: NewShare | ShareList
    if revoke:
        found = client.revoke_share(image_id, revoke)
    elif lists:
        found = client.shares(image_id)
    else:
        found = client.share(image_id, expires)
    if as_json:
        click.echo(json.dumps(found.raw))
    elif isinstance(found, NewShare):
        click.echo(found.url)
        say(f"Until {found.raw['expires_at']}; revoke it with --revoke {found.id}.")
    else:
        for entry in found.raw["shares"]:
            click.echo(f"{entry['id']}  until {entry['expires_at']}")
