"""`darkroom download`: saves originals or renditions of images into a folder."""

import json
import sys
from pathlib import Path
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

_VARIANT_HELP = "Variant to save, in its preferred format  [default: the originals]"
_OUT = click.Path(file_okay=False, path_type=Path)


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_ids", metavar="[ID|-]...", nargs=-1, type=ImageIdOrInput())
@click.option("--out", type=_OUT, required=True, metavar="DIR", help="Folder to save them in.")
@click.option("--variant", metavar="NAME", help=_VARIANT_HELP)
@selection_options
@json_option
@api_options
def download(
    image_ids: tuple[str, ...], out: Path, variant: str | None, as_json: bool, **given: Any
) -> None:
    """Save originals, or one variant, into a folder: of IDs, or of all that meet the conditions.

        darkroom download --tag portfolio --out ~/portfolio

        darkroom download 01M7Y2N0N9BYRK049JRFXGS292 --variant 1080p --out .

    Files have the images' file names. A file that exists is never overwritten: if it is the same,
    it is kept, so the command can be repeated; if it is another, the image's id is added to the
    name. A file is complete as soon as it has its name.
    """
    conditions = selection(given)
    check_selection(image_ids, conditions)
    client = Caller(given).client(patient=True)
    out.mkdir(parents=True, exist_ok=True)

    def fetch(image_id: str) -> bool:
        path, was_there = client.download(image_id, out, variant)
        if as_json:
            click.echo(json.dumps({"id": image_id, "path": str(path), "was_there": was_there}))
        else:
            click.echo(f"{image_id}  {shown(str(path))}{' was there' if was_there else ''}")
        return True

    sys.exit(for_each_image(chosen_ids(client, image_ids, conditions), fetch))
