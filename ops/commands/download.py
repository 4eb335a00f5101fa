"""`python -m ops download`: saves originals or renditions of images into a folder."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import click

from chalicelib.model import keys
from ops.client.api import Api
from ops.client.downloads import NoRendition, Source, save
from ops.client.options import Caller, api_options, json_option
from ops.client.selection import (
    ImageIdOrInput,
    check_selection,
    chosen_ids,
    for_each_image,
    selection,
    selection_options,
)
from ops.exit_codes import EXPLAINED_FOR_SEVERAL
from ops.render.outcomes import shown

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

        python -m ops download --tag portfolio --out ~/portfolio

        python -m ops download 01M7Y2N0N9BYRK049JRFXGS292 --variant 1080p --out .

    Files have the images' file names. A file that exists is never overwritten: if it is the same,
    it is kept, so the command can be repeated; if it is another, the image's id is added to the
    name. A file is complete as soon as it has its name.
    """
    conditions = selection(given)
    check_selection(image_ids, conditions)
    caller = Caller(given)
    api = caller.api(patient=True)
    out.mkdir(parents=True, exist_ok=True)

    def fetch(image_id: str) -> bool:
        # Not as it was listed: a URL of a private image works for a limited time.
        source = _source(api, api.image(image_id), variant)
        path, was_there = save(caller.connection, api.retry, source, out)
        if as_json:
            click.echo(json.dumps({"id": image_id, "path": str(path), "was_there": was_there}))
        else:
            click.echo(f"{image_id}  {shown(str(path))}{' was there' if was_there else ''}")
        return True

    sys.exit(for_each_image(chosen_ids(api, image_ids, conditions), fetch))


def _source(api: Api, image: Mapping[str, Any], variant: str | None) -> Source:
    image_id, filename = image["id"], image["filename"]
    if variant is None:
        suffix = PurePath(image["original_file"]).suffix
        name = f"{keys.stem_of(filename)}{PurePath(keys.safe_filename(filename)).suffix or suffix}"
        return Source(image_id, name, image["sha256"] or "", lambda: api.original(image_id))
    found = next((r for r in image["renditions"] if r["variant"] == variant), None)
    if found is None:
        raise NoRendition(f"It has no rendition {variant}; it is {image['status']}.")
    folder, _, file = found["key"].rpartition("/")
    name = f"{keys.stem_of(filename)}-{file}"
    return Source(image_id, name, folder.rpartition("/")[2], lambda: found["immutable_url"])
