"""`python -m ops show`: shows an image's record."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from ops.client.options import Caller, ImageId, api_options, json_option
from ops.commands.list import local_time
from ops.exit_codes import EXPLAINED_FOR_SEVERAL
from ops.render.outcomes import shown

_LABEL = 12  # characters


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_id", metavar="ID", type=ImageId())
@json_option
@api_options
def show(image_id: str, as_json: bool, **given: Any) -> None:
    """Show an image: its renditions, its markup, its history.

        python -m ops show 01M7Y2N0N9BYRK049JRFXGS292

    --json prints the API's response.
    """
    caller = Caller(given)
    image = caller.api().image(image_id)
    for line in [json.dumps(image)] if as_json else _lines(image):
        click.echo(line)


def _lines(image: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _fields(image).items():
        if value is not None:
            yield f"{name:<{_LABEL}}{shown(str(value))}"
    if image["renditions"]:
        yield "renditions"
    for file in image["renditions"]:
        sides = f"{file['width']}×{file['height']}"
        size = f"{file['bytes']:>11,} bytes"
        signed = "  signed" if file.get("signed") else ""
        yield f"  {file['variant']:<10}  {file['format']:<5}  {sides:<11}  {size}{signed}"
        yield f"    {shown(file['url'])}"
    if image["markup"]:
        yield "markup"
        yield from (f"  {shown(line)}" for line in image["markup"].splitlines())
    yield "history"
    for event in image["history"]:
        at = local_time(event["at"])
        detail = shown(event.get("detail", ""))
        yield f"  {at:%Y-%m-%d %H:%M:%S}  {event['event']:<10}  {detail}".rstrip()


def _fields(image: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: image.get(name) for name in ("id", "status", "reason", "detail", "owner")}
    size, savings = image["bytes"], image["savings"]
    return fields | {
        "file": image["filename"],
        "type": image["content_type"],
        "size": f"{image['width']}×{image['height']} pixels" if image["width"] else None,
        "bytes": None if size is None else f"{size:,}",
        "saved": savings and f"{savings['bytes']:,} bytes, {savings['percent']:g}%",
        "sha256": image["sha256"],
        "edits": ", ".join(edit["action"] for edit in image.get("edits", ())) or None,
        "focal point": _focus(image),
        "origin": _origin(image.get("provenance") or {}),
        "colours": _colours(image.get("facts")),
        "created": local_time(image["created_at"]).strftime("%Y-%m-%d %H:%M:%S"),
        "took": image["milliseconds"] and f"{image['milliseconds']:,} ms",
        "cost": image["cost_usd_estimate"] and f"{image['cost_usd_estimate']:.7f} USD",
    }


def _focus(image: Mapping[str, Any]) -> str | None:
    """The point that crops are centred on; APIs of earlier versions suggest none."""
    chosen, suggested = image["focal_point"], image.get("suggested_focal_point")
    point = chosen or suggested
    if not point:
        return None
    origin = "" if chosen else f" (suggested, from {point['source']})"
    return f"{point['x']:g}, {point['y']:g}{origin}"


def _origin(provenance: Mapping[str, Any]) -> str | None:
    """What the original says about its origin, in a line; None if it says nothing."""
    manifest = provenance.get("c2pa")
    parts = [provenance.get("digital_source_type")]
    if manifest:
        signer = manifest["claimed_signer"]
        parts.append(f"signed by {signer} as it claims" if signer else "a C2PA manifest")
        parts.append(f"content hash {manifest['content_hash']}")
    return ", ".join(filter(None, parts)) or None


def _colours(facts: Mapping[str, Any] | None) -> str | None:
    found = facts["colors"] if facts else ()
    return ", ".join(f"{one['color']} {100 * one['share']:.0f}%" for one in found) or None
