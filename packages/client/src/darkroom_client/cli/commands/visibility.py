"""`darkroom visibility`: makes images private or public."""

import json
import sys
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL, exit_code
from darkroom_client.cli.options import Caller, api_options, json_option
from darkroom_client.cli.selection import ImageIdOrInput, given_ids
from darkroom_client.cli.terminal import say
from darkroom_client.errors import Refused
from darkroom_client.sync import Client


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("choice", metavar="private|public", type=click.Choice(["private", "public"]))
@click.argument("image_ids", metavar="ID|-...", nargs=-1, required=True, type=ImageIdOrInput())
@json_option
@api_options
def visibility(choice: str, image_ids: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Make images private, so that only signed URLs show them, or public.

        darkroom visibility private 01M7Y2N0N9BYRK049JRFXGS292

    The public URLs of an image that becomes private end with the command, unless it says that files
    are still being moved.
    """
    client = Caller(given).client()
    wanted = given_ids(image_ids)
    done = sum(_change(client, image_id, choice, as_json=as_json) for image_id in wanted)
    sys.exit(exit_code(done, len(wanted) - done))


def _change(client: Client, image_id: str, choice: str, *, as_json: bool) -> bool:
    try:
        image = client.change(image_id, visibility=choice)
    except Refused as refusal:
        if refusal.concerns_all:
            raise
        say(f"{image_id}: {refusal}")
        return False
    if as_json:
        click.echo(json.dumps(image.raw))
    elif image.pending_visibility:
        click.echo(f"{image_id}  {image.visibility}, its files are still being moved")
    else:
        click.echo(f"{image_id}  {image.visibility}")
    return True
