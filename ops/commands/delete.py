"""`python -m ops delete`: erases images, with a receipt for each."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from ops.client.api import Api
from ops.client.errors import ApiFault, Refused
from ops.client.options import Caller, api_options, json_option
from ops.client.selection import ImageIdOrInput, given_ids
from ops.exit_codes import EXPLAINED_FOR_SEVERAL, exit_code
from ops.render.outcomes import shown
from ops.terminal import say


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_ids", metavar="ID|-...", nargs=-1, required=True, type=ImageIdOrInput())
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@api_options
def delete(image_ids: tuple[str, ...], yes: bool, as_json: bool, **given: Any) -> None:
    """Erase images permanently: originals, renditions, and the CDN's copies.

    The receipt lists what was erased, and whether a check found nothing left.

        python -m ops delete 01M7Y2N0N9BYRK049JRFXGS292
    """
    caller = Caller(given)
    wanted = given_ids(image_ids)
    api = caller.api()
    if not yes:
        _ask(api, wanted)
    done = sum(_erase(api, image_id, as_json=as_json) for image_id in wanted)
    sys.exit(exit_code(done, len(wanted) - done))


def _ask(api: Api, wanted: list[str]) -> None:
    if not sys.stdin.isatty():
        raise ApiFault("No terminal to confirm on; pass --yes.")
    for image_id in wanted:
        image = api.find(image_id)
        description = f"{image['status']}  {shown(image['filename'])}" if image else "not found"
        say(f"  {image_id}  {description}")
    click.confirm("Delete these permanently?", abort=True, err=True)


def _erase(api: Api, image_id: str, *, as_json: bool) -> bool:
    """Erase an image; return whether nothing of it is left."""
    try:
        receipt = api.delete(image_id)
    except Refused as refusal:
        if refusal.concerns_all:
            raise
        say(f"{image_id}: {refusal}")
        return False
    if as_json:
        click.echo(json.dumps(receipt))
    else:
        _show(receipt)
    return bool(receipt["verified"])


def _show(receipt: Mapping[str, Any]) -> None:
    number = receipt.get("files", len(receipt["erased"]))  # which names at most 1,000
    found = "verified" if receipt["verified"] else "but some files are still there"
    click.echo(f"{receipt['image_id']}  {number:,} erased, {found}")
    for key in receipt["erased"]:
        click.echo(f"  {shown(key)}")
    for key in receipt["remaining"]:
        say(f"  still there: {shown(key)}")
