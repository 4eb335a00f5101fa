"""`python -m ops visibility`: makes images private or public."""

import json
import sys
from typing import Any

import click

from ops.client.api import Api
from ops.client.errors import Refused
from ops.client.options import Caller, api_options, json_option
from ops.client.selection import ImageIdOrInput, given_ids
from ops.exit_codes import EXPLAINED_FOR_SEVERAL, exit_code
from ops.terminal import say


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("choice", metavar="private|public", type=click.Choice(["private", "public"]))
@click.argument("image_ids", metavar="ID|-...", nargs=-1, required=True, type=ImageIdOrInput())
@json_option
@api_options
def visibility(choice: str, image_ids: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Make images private, so that only signed URLs show them, or public.

        python -m ops visibility private 01M7Y2N0N9BYRK049JRFXGS292

    The public URLs of an image that becomes private end with the command, unless it says that files
    are still being moved.
    """
    api = Caller(given).api()
    wanted = given_ids(image_ids)
    done = sum(_change(api, image_id, choice, as_json=as_json) for image_id in wanted)
    sys.exit(exit_code(done, len(wanted) - done))


def _change(api: Api, image_id: str, choice: str, *, as_json: bool) -> bool:
    try:
        image = api.change(image_id, {"visibility": choice})
    except Refused as refusal:
        if refusal.concerns_all:
            raise
        say(f"{image_id}: {refusal}")
        return False
    if as_json:
        click.echo(json.dumps(image))
    elif image["pending_visibility"]:
        click.echo(f"{image_id}  {image['visibility']}, its files are still being moved")
    else:
        click.echo(f"{image_id}  {image['visibility']}")
    return True
