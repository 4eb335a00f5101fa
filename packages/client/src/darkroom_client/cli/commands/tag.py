"""`darkroom tag`: adds tags to images, or removes them."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.options import Caller, api_options, json_option
from darkroom_client.cli.selection import (
    ImageIdOrInput,
    check_selection,
    chosen_ids,
    for_each_image,
    selection,
    selection_options,
)
from darkroom_client.cli.terminal import shown
from darkroom_client.names import caseless
from darkroom_client.operations import Changes


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_ids", metavar="[ID|-]...", nargs=-1, type=ImageIdOrInput())
@click.option("--add", multiple=True, metavar="TAG", help="Tag to add; repeatable.")
@click.option("--remove", multiple=True, metavar="TAG", help="Tag to remove; repeatable.")
@selection_options
@json_option
@api_options
def tag(
    image_ids: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Add tags to images, or remove them: of IDs, or of all images that meet the conditions.

        darkroom tag --add summer --from 2026-06-01 --to 2026-08-31

        darkroom list --query beach --ids | darkroom tag --add sea -

    Other tags stay. Tags that differ in case only are the same.
    """
    if not (add or remove):
        raise click.UsageError("Give --add or --remove.")
    conditions = selection(given)
    check_selection(image_ids, conditions)
    client = Caller(given).client(patient=True)

    def change(image_id: str) -> bool:
        image = client.update(image_id, lambda present: _patch(present.tags, add, remove))
        if as_json:
            click.echo(json.dumps(image.raw))
        else:
            click.echo(f"{image_id}  {shown(', '.join(image.tags)) or '-'}")
        return True

    sys.exit(for_each_image(chosen_ids(client, image_ids, conditions), change))


def _patch(present: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> Changes | None:
    removed = {*map(caseless, remove)}
    tags = [tag for tag in present if caseless(tag) not in removed]
    folded = {*map(caseless, tags)}
    tags += [tag for tag in add if caseless(tag) not in folded]
    return None if tags == list(present) else {"tags": tags}
