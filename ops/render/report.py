"""Output of `render`, for people and for programs."""

import json
from collections.abc import Sequence

import click
from rich.console import Console

from darkroom_client.cli.terminal import files_in_words, shown
from ops.render.outcomes import Outcome, Written


def show_json(outcome: Outcome) -> None:
    """Print one line of JSON."""
    line = {
        "file": outcome.file,
        "status": "rejected" if outcome.rejection else "ready",
        "reason": outcome.rejection and outcome.rejection.reason,
        "width": outcome.width,
        "height": outcome.height,
        "renditions": [_fields_of(written) for written in outcome.renditions],
        "milliseconds": outcome.milliseconds,
    }
    click.echo(json.dumps(line))


def _fields_of(written: Written) -> dict[str, object]:
    """The fields of a rendition; `hdr` only of one with a gain map."""
    fields: dict[str, object] = written._asdict()
    return fields if written.hdr else {name: fields[name] for name in fields if name != "hdr"}


def show(console: Console, outcome: Outcome) -> None:
    """Print a line for the file, and one for each rendition."""
    name = shown(outcome.file)
    if outcome.rejection:
        line = f"{name}  rejected ({outcome.rejection.reason}): {outcome.rejection}"
        console.print(line, markup=False, style="red")
        return
    sides = f"{outcome.width}×{outcome.height}"
    line = f"{name}  {sides}  {outcome.size:,} bytes  ready in {outcome.milliseconds:,} ms"
    console.print(line, markup=False, style="green")
    longest = max((len(rendition.variant) for rendition in outcome.renditions), default=0)
    for rendition in outcome.renditions:
        sides = f"{rendition.width}×{rendition.height}"
        line = f"  {rendition.variant:<{longest}}  {rendition.format:<4}  {sides:<11}"
        line += f"  {rendition.bytes:>11,} bytes  {shown(rendition.path)}"
        line += "  (HDR)" if rendition.hdr else ""
        console.print(line, markup=False)


def total_of(outcomes: Sequence[Outcome]) -> str:
    """One line: number of files, bytes of the ready ones before and after, percentage saved."""
    ready = [outcome for outcome in outcomes if not outcome.rejection]
    parts = [files_in_words(len(outcomes)), f"{len(ready):,} ready"]
    if len(ready) < len(outcomes):
        parts.append(f"{len(outcomes) - len(ready):,} rejected")
    if ready:
        before = sum(outcome.size for outcome in ready)
        after = sum(written.bytes for outcome in ready for written in outcome.renditions)
        parts += [f"{before:,} bytes in", f"{after:,} bytes out"]
        parts.append(f"{100 * (before - after) / before:.1f}% saved")
    return ", ".join(parts)
