"""`darkroom edit`: changes what describes images, their pictures, or their focal points."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from darkroom_client.cli.edits import (
    EditingCommand,
    Ratio,
    Step,
    recipe,
    step_options,
    steps_of,
)
from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.focal_point import Point
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
from darkroom_client.edits import MOST_EDITS, Edit, FocalPoint, original_point
from darkroom_client.models import Image
from darkroom_client.operations import Changes

_ALT_HELP = "Alternative text by language, such as en=A red door; empty to remove it; repeatable."
_FOCAL_POINT_HELP = "Point that crops are centred on: two numbers from 0 to 1, such as 0.3,0.4."


@click.command(cls=EditingCommand, epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_ids", metavar="[ID|-]...", nargs=-1, type=ImageIdOrInput())
@click.option("--filename", metavar="NAME", help="File name, of one image.")
@click.option("--alt", multiple=True, metavar="LANGUAGE=TEXT", help=_ALT_HELP)
@click.option("--focal-point", type=Point(), metavar="X,Y", help=_FOCAL_POINT_HELP)
@click.option(
    "--no-focal-point",
    is_flag=True,
    help="Crop around the suggested point again, or else the centre.",
)
@step_options
@click.option("--no-edits", is_flag=True, help="Show the original again.")
@selection_options
@json_option
@api_options
@click.pass_context
def edit(
    ctx: click.Context,
    /,
    image_ids: tuple[str, ...],
    filename: str | None,
    alt: tuple[str, ...],
    focal_point: FocalPoint | None,
    no_focal_point: bool,
    no_edits: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Change file name, texts, picture or focal point: of IDs, or of all that meet conditions.

        darkroom edit 01M7Y2N0N9BYRK049JRFXGS292 --alt "en=A red door"

        darkroom edit 01M7Y2N0N9BYRK049JRFXGS292 --crop-ratio 16:9

    What is not given stays. The steps --crop, --crop-ratio, --rotate, --flip, --straighten and
    --redact are applied to the original in the order in which they are given, instead of those that
    the image has. With others, or another focal point, the image is rendered again.
    """
    steps = steps_of(ctx, given)
    patch: Changes = {"filename": filename} if filename else {}
    if alt:
        patch["alt"] = dict(map(_text, alt))
    if focal_point or no_focal_point:
        patch["focal_point"] = focal_point
    if no_edits:
        patch["edits"] = []
    conditions = selection(given)
    _check(patch, focal_point, steps, no_focal_point=no_focal_point, no_edits=no_edits)
    check_selection(image_ids, conditions)
    client = Caller(given).client(patient=True)
    wanted = chosen_ids(client, image_ids, conditions)
    if filename and len(wanted) > 1:
        raise click.UsageError("--filename is for one image.")

    def change(image_id: str) -> bool:
        if steps:
            image = client.update(image_id, lambda image: {**patch, "edits": _edits(steps, image)})
        else:
            image = client.change(image_id, **patch)
        line = f"{image_id}  {shown(image.filename)}"
        click.echo(json.dumps(image.raw) if as_json else line)
        return True

    sys.exit(for_each_image(wanted, change))


def _edits(steps: Sequence[Step], image: Image) -> tuple[Edit, ...]:
    """The recipe for an image as the API shows it."""
    point = None
    size = image.original_width or 1, image.original_height or 1
    if any(isinstance(step, Ratio) for step in steps):
        if not image.original_width:
            raise click.ClickException(f"{image.id} is {image.status}: it has no size yet.")
        shown_at = _crop_point(image)
        point = original_point(image.edits, size, shown_at) if shown_at else None
    return recipe(steps, size, point)


def _crop_point(image: Image) -> FocalPoint | None:
    """The owner's focal point, or the suggested one, which earlier APIs have none of."""
    point = image.focal_point or image.suggested_focal_point
    return FocalPoint(x=point.x, y=point.y) if point else None


def _check(
    patch: object,
    focal_point: FocalPoint | None,
    steps: Sequence[Step],
    *,
    no_focal_point: bool,
    no_edits: bool,
) -> None:
    if not (patch or steps):
        raise click.UsageError("Give --filename, --alt, a focal point, or steps such as --crop.")
    if focal_point and no_focal_point:
        raise click.UsageError("Give either --focal-point or --no-focal-point.")
    if steps and no_edits:
        raise click.UsageError("Give either steps or --no-edits.")
    if len(steps) > MOST_EDITS:
        raise click.UsageError(f"Give at most {MOST_EDITS} steps.")


def _text(given: str) -> tuple[str, str | None]:
    language, equals, text = given.partition("=")
    if not (language and equals):
        raise click.UsageError(f"--alt {given!r} is not LANGUAGE=TEXT.")
    return language, text or None
