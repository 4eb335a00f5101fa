"""`darkroom delete`: erases images, with a receipt for each."""

import json
import sys
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL, exit_code
from darkroom_client.cli.options import Caller, api_options, json_option
from darkroom_client.cli.selection import ImageIdOrInput, given_ids
from darkroom_client.cli.terminal import say, shown
from darkroom_client.errors import ApiError, Refused
from darkroom_client.models import Receipt
from darkroom_client.sync import Client


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_ids", metavar="ID|-...", nargs=-1, required=True, type=ImageIdOrInput())
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@api_options
def delete(image_ids: tuple[str, ...], yes: bool, as_json: bool, **given: Any) -> None:
    """Erase images permanently: originals, renditions, and the CDN's copies.

    The receipt lists what was erased, and whether a check found nothing left.

        darkroom delete 01M7Y2N0N9BYRK049JRFXGS292
    """
    caller = Caller(given)
    wanted = given_ids(image_ids)
    client = caller.client()
    if not yes:
        _ask(client, wanted)
    done = sum(_erase(client, image_id, as_json=as_json) for image_id in wanted)
    sys.exit(exit_code(done, len(wanted) - done))


def _ask(client: Client, wanted: list[str]) -> None:
    if not sys.stdin.isatty():
        raise ApiError("No terminal to confirm on; pass --yes.")
    for image_id in wanted:
        image = client.find(image_id)
        description = f"{image.status}  {shown(image.filename)}" if image else "not found"
        say(f"  {image_id}  {description}")
    click.confirm("Delete these permanently?", abort=True, err=True)


def _erase(client: Client, image_id: str, *, as_json: bool) -> bool:
    """Erase an image; return whether nothing of it is left."""
    try:
        receipt = client.delete(image_id)
    except Refused as refusal:
        if refusal.concerns_all:
            raise
        say(f"{image_id}: {refusal}")
        return False
    if as_json:
        click.echo(json.dumps(receipt.raw))
    else:
        _show(receipt)
    return receipt.verified


def _show(receipt: Receipt) -> None:
    # An earlier API does not count; `erased` names at most 1,000.
    number = receipt.files or len(receipt.erased)
    found = "verified" if receipt.verified else "but some files are still there"
    click.echo(f"{receipt.image_id}  {number:,} erased, {found}")
    for key in receipt.erased:
        click.echo(f"  {shown(key)}")
    for key in receipt.remaining:
        say(f"  still there: {shown(key)}")
