"""`darkroom list`: lists the caller's images, or some of them."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.options import Caller, api_options, json_option
from darkroom_client.cli.selection import selection, selection_options
from darkroom_client.cli.terminal import say, shown
from darkroom_client.models import Image

SORTS = (
    *("-created_at", "created_at", "filename", "-filename"),
    *("bytes", "-bytes", "savings", "-savings"),
)
_LIMIT = 20
_SORT_HELP = "What to sort by; with - before it, the largest first: --sort=-bytes."
_LIMIT_HELP = f"Maximum number of images  [default: {_LIMIT}]"
_ROW = "{id:<26}  {status:<10}  {created:<16}  {sides:>11}  {bytes:>11}  {saved:>6}  {filename}"
_HEAD = {
    "id": "id",
    "status": "status",
    "created": "created",
    "sides": "size",
    "bytes": "bytes",
    "saved": "saved",
    "filename": "file",
}


@click.command("list", epilog=EXPLAINED_FOR_SEVERAL)
@selection_options
@click.option(
    "--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True, help=_SORT_HELP
)
@click.option("--limit", type=click.IntRange(1), help=_LIMIT_HELP)
@click.option("--all", "everything", is_flag=True, help="List all images.")
@click.option(
    "--ids", is_flag=True, help="Print only the ids, of all images unless --limit is given."
)
@json_option
@api_options
def list_images(
    sort: str, limit: int | None, everything: bool, ids: bool, as_json: bool, **given: Any
) -> None:
    """List your images, or those that meet the conditions.

        darkroom list --status rejected

        darkroom list --query "red door" --sort=-bytes

        darkroom list --all --json > images.jsonl

    Histories are not included; `show` has them.
    """
    if limit and everything:
        raise click.UsageError("Give either --limit or --all.")
    if ids and as_json:
        raise click.UsageError("Give either --ids or --json.")
    conditions = selection(given)
    if sort != SORTS[0]:
        conditions["sort"] = sort
    everything = everything or (ids and not limit)
    most = limit or _LIMIT
    # One more than is shown, to find out whether there are more.
    found = (
        Caller(given)
        .client(patient=everything)
        .images(None if everything else most + 1, **conditions)
    )
    lines = _ids if ids else _json_lines if as_json else _lines
    for line in lines(found if everything else islice(found, most)):
        click.echo(line)
    if next(found, None):
        say(f"There are more: --limit {2 * most} or --all shows them.")


def _ids(images: Iterable[Image]) -> Iterator[str]:
    return (image.id for image in images)


def _json_lines(images: Iterable[Image]) -> Iterator[str]:
    return (json.dumps(image.raw) for image in images)


def _lines(images: Iterable[Image]) -> Iterator[str]:
    first = True
    for image in images:
        if first:
            yield _ROW.format(**_HEAD)
        first = False
        yield _ROW.format(**_cells(image))
    if first:
        yield "There are no images."


def _cells(image: Image) -> dict[str, str]:
    return {
        "id": image.id,
        "status": image.status,
        "created": f"{image.created_at.astimezone():%Y-%m-%d %H:%M}",
        "sides": f"{image.width}×{image.height}" if image.width else "-",
        "bytes": "-" if image.bytes is None else f"{image.bytes:,}",
        "saved": f"{image.savings.percent:g}%" if image.savings else "-",
        "filename": shown(image.filename),
    }
