"""`darkroom duplicates`: lists images that look alike."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.options import Caller, api_options, json_option
from darkroom_client.cli.selection import selection, selection_options
from darkroom_client.cli.terminal import say, shown
from darkroom_client.duplicates import MOST_BITS, hash_of, similar
from darkroom_client.models import Image, Status

_BITS = 8  # copies of photographs differ in as many: docs/decisions/0057-image-facts.md
_BITS_HELP = "How many of the 64 bits of their perceptual hashes may differ; 0 for none."


@click.command("duplicates", epilog=EXPLAINED_FOR_SEVERAL)
@selection_options
@click.option(
    "--bits", type=click.IntRange(0, MOST_BITS), default=_BITS, show_default=True, help=_BITS_HELP
)
@json_option
@api_options
def list_duplicates(bits: int, as_json: bool, **given: Any) -> None:
    """List your images that look alike, in groups, the largest picture of each first.

        darkroom duplicates

        darkroom duplicates --tag holiday --json

    Images of a group are linked by few different bits: scaled, brighter or otherwise encoded
    copies. Compare them before you delete any. --json prints a line with the images of each
    group, as `list --json` prints them.
    """
    conditions = selection(given)
    images = list(Caller(given).client(patient=True).images(None, **conditions))
    for line in (_json_lines if as_json else _lines)(similar(images, bits)):
        click.echo(line)
    hashed = sum(image.facts is not None for image in images)
    lacking = sum(image.status == Status.READY for image in images) - hashed
    if lacking > 0:
        say(
            f"Left out, since they were last processed before hashes were computed: {lacking:,}. "
            "`reprocess --only-missing` computes them."
        )


def _json_lines(groups: Sequence[Sequence[Image]]) -> Iterator[str]:
    return (json.dumps([image.raw for image in group]) for group in groups)


def _lines(groups: Sequence[Sequence[Image]]) -> Iterator[str]:
    for number, group in enumerate(groups, 1):
        yield f"group {number}"
        first = hash_of(group[0])
        for image in group:
            different = (hash_of(image) ^ first).bit_count()
            sides = f"{image.width}×{image.height}"
            yield (
                f"  {image.id}  {sides:>11}  {image.bytes or 0:>11,} bytes"
                f"  {different:>2} bits  {shown(image.filename)}"
            )
    if not groups:
        yield "No images look alike."
