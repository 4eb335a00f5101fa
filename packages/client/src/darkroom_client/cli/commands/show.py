"""`darkroom show`: shows an image's record."""

import json
from collections.abc import Iterator
from typing import Any

import click

from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL
from darkroom_client.cli.options import Caller, ImageId, api_options, json_option
from darkroom_client.cli.terminal import shown
from darkroom_client.models import Image, ImageFacts, Provenance

_LABEL = 12  # characters


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("image_id", metavar="ID", type=ImageId())
@json_option
@api_options
def show(image_id: str, as_json: bool, **given: Any) -> None:
    """Show an image: its renditions, its markup, its history.

        darkroom show 01M7Y2N0N9BYRK049JRFXGS292

    --json prints the API's response.
    """
    image = Caller(given).client().image(image_id)
    for line in [json.dumps(image.raw)] if as_json else _lines(image):
        click.echo(line)


def _lines(image: Image) -> Iterator[str]:
    for name, value in _fields(image).items():
        if value is not None:
            yield f"{name:<{_LABEL}}{shown(str(value))}"
    if image.renditions:
        yield "renditions"
    for file in image.renditions:
        sides = f"{file.width}×{file.height}"
        size = f"{file.bytes:>11,} bytes"
        signed = "  signed" if file.signed else ""
        yield f"  {file.variant:<10}  {file.format:<5}  {sides:<11}  {size}{signed}"
        yield f"    {shown(file.url)}"
    if image.markup:
        yield "markup"
        yield from (f"  {shown(line)}" for line in image.markup.splitlines())
    yield "history"
    for event in image.history:
        at = f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}"
        yield f"  {at}  {event.event:<10}  {shown(event.detail or '')}".rstrip()


def _fields(image: Image) -> dict[str, Any]:
    savings = image.savings
    return {
        "id": image.id,
        "status": image.status,
        "reason": image.reason,
        "detail": image.detail,
        "owner": image.owner,
        "file": image.filename,
        "type": image.content_type,
        "size": f"{image.width}×{image.height} pixels" if image.width else None,
        "bytes": None if image.bytes is None else f"{image.bytes:,}",
        "saved": savings and f"{savings.bytes:,} bytes, {savings.percent:g}%",
        "sha256": image.sha256,
        "edits": ", ".join(type(edit).__name__.lower() for edit in image.edits) or None,
        "focal point": _focus(image),
        "origin": _origin(image.provenance),
        "colours": _colours(image.facts),
        "created": f"{image.created_at.astimezone():%Y-%m-%d %H:%M:%S}",
        "took": image.milliseconds and f"{image.milliseconds:,} ms",
        "cost": image.cost_usd_estimate and f"{image.cost_usd_estimate:.7f} USD",
    }


def _focus(image: Image) -> str | None:
    """The point that crops are centred on; APIs of earlier versions suggest none."""
    if point := image.focal_point:
        return f"{point.x:g}, {point.y:g}"
    if suggested := image.suggested_focal_point:
        return f"{suggested.x:g}, {suggested.y:g} (suggested, from {suggested.source})"
    return None


def _origin(provenance: Provenance | None) -> str | None:
    """What the original says about its origin, in a line; None if it says nothing."""
    if provenance is None:
        return None
    parts = [provenance.digital_source_type]
    if manifest := provenance.c2pa:
        signer = manifest.claimed_signer
        parts.append(f"signed by {signer} as it claims" if signer else "a C2PA manifest")
        parts.append(f"content hash {manifest.content_hash}")
    return ", ".join(filter(None, parts)) or None


def _colours(facts: ImageFacts | None) -> str | None:
    found = facts.colors if facts else ()
    return ", ".join(f"{one.color} {100 * one.share:.0f}%" for one in found) or None
