"""`python -m ops sign`: prints the signed URL of a transformation, or the key that signs it."""

import json
from typing import Any

import click
import msgspec

from chalicelib.model import delivery, keys
from chalicelib.model.delivery import Transformation
from chalicelib.ports.secrets import replace_signing_key, signing_key
from darkroom_client.cli.exit_codes import EXPLAINED
from ops.aws_errors import explained
from ops.maintenance.options import stage_options, where
from ops.maintenance.stage_access import open_stage

_SIDE = click.IntRange(1, delivery.LONGEST_SIDE)


@click.command(epilog=EXPLAINED)
@click.argument("image_id", required=False)
@click.option("--width", type=_SIDE, help="Width in pixels.")
@click.option("--height", type=_SIDE, help="Height in pixels.")
@click.option(
    "--fit",
    type=click.Choice(["inside", "cover", "contain"]),
    help="How the image fills the box; cover and contain need both sides  [default: inside]",
)
@click.option("--quality", type=click.IntRange(1, 100), help="1 to 100.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["avif", "webp", "jpeg", "png"]),
    help="File format  [default: the best that the browser shows]",
)
@click.option("--key", "only_key", is_flag=True, help="Print the stage's key instead.")
@click.option("--rotate", is_flag=True, help="Replace the stage's key, and print the new one.")
@stage_options
def sign(
    image_id: str | None, only_key: bool, rotate: bool, output: str | None, **given: Any
) -> None:
    """Sign the URL of an image in any size.

        python -m ops sign 01M7Y2N0N9BYRK049JRFXGS292 --width 300 --height 200 --fit cover

        python -m ops sign --key

    With the key your own server signs URLs: docs/delivery.md shows how. Whoever has it can have
    images rendered at your cost. With --rotate URLs of the former key stay valid until the key is
    replaced once more.
    """
    only_key = only_key or rotate
    options = {name: given.pop(name) for name in ("width", "height", "fit", "quality")}
    as_json = given.pop("as_json")
    if image_id and only_key:
        raise click.UsageError("Give either an image's id, or --key or --rotate.")
    transformation = None if only_key else _transformation(image_id, {**options, "format": output})
    with explained():
        wiring = open_stage(where(given))
        key = (replace_signing_key if rotate else signing_key)(wiring.secrets)
    if transformation is None:
        shown = {"key": key.decode()}
    else:
        public_url = wiring.settings.public_url
        shown = {"url": delivery.signed_url(public_url, key, image_id or "", transformation)}
    click.echo(json.dumps(shown) if as_json else next(iter(shown.values())))


def _transformation(image_id: str | None, options: dict[str, object]) -> Transformation:
    if image_id is None or not keys.is_image_id(image_id):
        raise click.UsageError("Name an image by its id, or use --key or --rotate.")
    transformation = msgspec.convert(options, Transformation)
    if not (transformation.width or transformation.height):
        raise click.UsageError("Give --width or --height.")
    is_box = transformation.width and transformation.height
    if transformation.fit in ("cover", "contain") and not is_box:
        raise click.UsageError(f"--fit {transformation.fit} needs --width and --height.")
    return transformation
