"""`python -m ops delete`: images erased, each with its receipt."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from ops.client.api import Api
from ops.client.command import (
    EXIT_CODES,
    Caller,
    ImageId,
    api_options,
    complain,
    exit_code,
    json_option,
)
from ops.client.faults import ApiFault, Refused
from ops.rendering.outcomes import shown


@click.command(epilog=EXIT_CODES)
@click.argument("image_ids", metavar="ID...", nargs=-1, required=True, type=ImageId())
@click.option("--yes", is_flag=True, help="Ask nothing.")
@json_option
@api_options
def delete(image_ids: tuple[str, ...], yes: bool, as_json: bool, **given: Any) -> None:
    """Erase images for good: originals, renditions, and the CDN's copies.

    The receipt tells what was erased, and whether a second look found nothing of it.

        python -m ops delete 01M7Y2N0N9BYRK049JRFXGS292
    """
    caller = Caller(given)
    wanted = list(dict.fromkeys(image_ids))
    api = caller.api()
    if not yes:
        _ask(api, wanted)
    done = sum(_erase(api, image_id, as_json=as_json) for image_id in wanted)
    sys.exit(exit_code(done, len(wanted) - done))


def _ask(api: Api, wanted: list[str]) -> None:
    if not sys.stdin.isatty():
        raise ApiFault("Nobody is there to be asked. Agree to this with --yes.")
    for image_id in wanted:
        image = api.find(image_id)
        known = f"{image['status']}  {shown(image['filename'])}" if image else "no such image"
        complain(f"  {image_id}  {known}")
    click.confirm("Delete these for good?", abort=True, err=True)


def _erase(api: Api, image_id: str, *, as_json: bool) -> bool:
    """Whether nothing of it is left."""
    try:
        receipt = api.delete(image_id)
    except Refused as refusal:
        if refusal.concerns_all:
            raise
        complain(f"{image_id}: {refusal}")
        return False
    if as_json:
        click.echo(json.dumps(receipt))
    else:
        _show(receipt)
    return bool(receipt["verified"])


def _show(receipt: Mapping[str, Any]) -> None:
    number = len(receipt["erased"])
    found = "none of them found any more" if receipt["verified"] else "and these were found again"
    click.echo(f"{receipt['image_id']}  {number:,} erased, {found}")
    for key in receipt["erased"]:
        click.echo(f"  {shown(key)}")
    for key in receipt["remaining"]:
        complain(f"  still there: {shown(key)}")
