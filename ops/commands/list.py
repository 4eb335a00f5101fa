"""`python -m ops list`: lists the caller's images, newest first."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

import click

from chalicelib.model.image import Status
from ops.client.options import Caller, api_options, json_option
from ops.exit_codes import EXPLAINED_FOR_SEVERAL
from ops.render.outcomes import shown
from ops.terminal import say

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
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status]),
    help="Only images with this status.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Maximum number of images.",
)
@click.option("--all", "everything", is_flag=True, help="List all images.")
@json_option
@api_options
def list_images(
    status: str | None, limit: int, everything: bool, as_json: bool, **given: Any
) -> None:
    """List your images, newest first.

        python -m ops list --status rejected

        python -m ops list --all --json > images.jsonl

    Histories are not included; `show` has them.
    """
    caller = Caller(given)
    # One more than is shown, to find out whether there are more.
    found = caller.api().images(status, None if everything else limit + 1)
    lines = _json_lines if as_json else _lines
    for line in lines(found if everything else islice(found, limit)):
        click.echo(line)
    if next(found, None):
        say(f"There are more: --limit {2 * limit} or --all shows them.")


def _json_lines(images: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return map(json.dumps, images)


def _lines(images: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    first = True
    for image in images:
        if first:
            yield _ROW.format(**_HEAD)
        first = False
        yield _ROW.format(**_cells(image))
    if first:
        yield "There are no images."


def _cells(image: Mapping[str, Any]) -> dict[str, str]:
    size, savings = image["bytes"], image["savings"]
    return {
        "id": image["id"],
        "status": image["status"],
        "created": f"{local_time(image['created_at']):%Y-%m-%d %H:%M}",
        "sides": f"{image['width']}×{image['height']}" if image["width"] else "-",
        "bytes": "-" if size is None else f"{size:,}",
        "saved": f"{savings['percent']:g}%" if savings else "-",
        "filename": shown(image["filename"]),
    }


def local_time(text: str) -> datetime:
    """A timestamp of the API in this machine's time zone."""
    return datetime.fromisoformat(text).astimezone()
