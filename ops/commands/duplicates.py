"""`python -m ops duplicates`: lists images that look alike."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from ops.client.duplicates import MOST_BITS, duplicates
from ops.client.options import Caller, api_options, json_option
from ops.client.selection import selection, selection_options
from ops.exit_codes import EXPLAINED_FOR_SEVERAL
from ops.render.outcomes import shown
from ops.terminal import say

_BITS = 8  # copies of photographs differ in as many: docs/decisions/0057-image-facts.md
_BITS_HELP = "How many of the 64 bits of their perceptual hashes may differ; 0 for none."

Image = Mapping[str, Any]


@click.command("duplicates", epilog=EXPLAINED_FOR_SEVERAL)
@selection_options
@click.option(
    "--bits", type=click.IntRange(0, MOST_BITS), default=_BITS, show_default=True, help=_BITS_HELP
)
@json_option
@api_options
def list_duplicates(bits: int, as_json: bool, **given: Any) -> None:
    """List your images that look alike, in groups, the largest picture of each first.

        python -m ops duplicates

        python -m ops duplicates --tag holiday --json

    Images of a group are linked by few different bits: scaled, brighter or otherwise encoded
    copies. Compare them before you delete any. --json prints a line with the images of each
    group, as `list --json` prints them.
    """
    images = {image["id"]: image for image in Caller(given).api(patient=True).images(
        selection(given), None
    )}  # fmt: skip
    hashed = {key: image for key, image in images.items() if image.get("facts")}
    hashes = {key: int(image["facts"]["perceptual_hash"], 16) for key, image in hashed.items()}
    groups = [_largest_first(hashed, group) for group in duplicates(hashes, bits)]
    for line in (_json_lines if as_json else _lines)(groups):
        click.echo(line)
    lacking = sum(image["status"] == "ready" for image in images.values()) - len(hashed)
    if lacking > 0:
        say(
            f"Left out, since they were last processed before hashes were computed: {lacking:,}. "
            "`reprocess --only-missing` computes them."
        )


def _largest_first(images: Mapping[str, Image], group: Sequence[str]) -> list[Image]:
    found = [images[key] for key in group]
    return sorted(found, key=lambda image: image["width"] * image["height"], reverse=True)


def _json_lines(groups: Sequence[Sequence[Image]]) -> Iterator[str]:
    return map(json.dumps, groups)


def _lines(groups: Sequence[Sequence[Image]]) -> Iterator[str]:
    for number, group in enumerate(groups, 1):
        yield f"group {number}"
        first = int(group[0]["facts"]["perceptual_hash"], 16)
        for image in group:
            different = (int(image["facts"]["perceptual_hash"], 16) ^ first).bit_count()
            sides = f"{image['width']}×{image['height']}"
            yield (
                f"  {image['id']}  {sides:>11}  {image['bytes']:>11,} bytes"
                f"  {different:>2} bits  {shown(image['filename'])}"
            )
    if not groups:
        yield "No images look alike."
