"""`python -m ops edit`: changes what describes images, or their focal points."""

import json
import sys
from typing import Any

import click
import msgspec

from chalicelib.model.focal_point import FocalPoint
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
from ops.render.focal_point import Point
from ops.render.outcomes import shown

_ALT_HELP = "Alternative text by language, such as en=A red door; empty to remove it; repeatable."
_FOCAL_POINT_HELP = "Point that crops are centred on: two numbers from 0 to 1, such as 0.3,0.4."


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_ids", metavar="[ID|-]...", nargs=-1, type=ImageIdOrInput())
@click.option("--filename", metavar="NAME", help="File name, of one image.")
@click.option("--alt", multiple=True, metavar="LANGUAGE=TEXT", help=_ALT_HELP)
@click.option("--focal-point", type=Point(), metavar="X,Y", help=_FOCAL_POINT_HELP)
@click.option("--no-focal-point", is_flag=True, help="Centre crops in the middle again.")
@selection_options
@json_option
@api_options
def edit(
    image_ids: tuple[str, ...],
    filename: str | None,
    alt: tuple[str, ...],
    focal_point: FocalPoint | None,
    no_focal_point: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Change file name, alternative texts or focal point: of IDs, or of all that meet conditions.

        python -m ops edit 01M7Y2N0N9BYRK049JRFXGS292 --alt "en=A red door"

    What is not given stays. With another focal point the image is rendered again.
    """
    patch: dict[str, Any] = {"filename": filename} if filename else {}
    if alt:
        patch["alt"] = dict(map(_text, alt))
    if focal_point or no_focal_point:
        patch["focal_point"] = msgspec.to_builtins(focal_point)
    conditions = selection(given)
    _check(patch, focal_point, no_focal_point=no_focal_point)
    check_selection(image_ids, conditions)
    api = Caller(given).api(patient=True)
    wanted = chosen_ids(api, image_ids, conditions)
    if filename and len(wanted) > 1:
        raise click.UsageError("--filename is for one image.")

    def change(image_id: str) -> bool:
        image = api.change(image_id, patch)
        line = f"{image_id}  {shown(image['filename'])}"
        click.echo(json.dumps(image) if as_json else line)
        return True

    sys.exit(for_each_image(wanted, change))


def _check(patch: object, focal_point: FocalPoint | None, *, no_focal_point: bool) -> None:
    if not patch:
        raise click.UsageError("Give --filename, --alt, --focal-point or --no-focal-point.")
    if focal_point and no_focal_point:
        raise click.UsageError("Give either --focal-point or --no-focal-point.")


def _text(given: str) -> tuple[str, str | None]:
    language, equals, text = given.partition("=")
    if not (language and equals):
        raise click.UsageError(f"--alt {given!r} is not LANGUAGE=TEXT.")
    return language, text or None
