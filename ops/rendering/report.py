"""What the command says of each file, to people and to programs."""

import json
from collections.abc import Sequence

import click
from rich.console import Console

from ops.rendering.outcomes import Outcome, shown


def show_json(outcome: Outcome) -> None:
    """One line of JSON."""
    line = {
        "file": outcome.file,
        "status": "rejected" if outcome.rejection else "ready",
        "reason": outcome.rejection and outcome.rejection.reason,
        "width": outcome.width,
        "height": outcome.height,
        "renditions": [written._asdict() for written in outcome.renditions],
        "milliseconds": outcome.milliseconds,
    }
    click.echo(json.dumps(line))


def show(console: Console, outcome: Outcome) -> None:
    """A readable line, and one for each rendition."""
    name = shown(outcome.file)
    if outcome.rejection:
        line = f"{name}  rejected ({outcome.rejection.reason}): {outcome.rejection}"
        console.print(line, markup=False, style="red")
        return
    sides = f"{outcome.width}×{outcome.height}"
    line = f"{name}  {sides}  {outcome.size:,} bytes  ready in {outcome.milliseconds:,} ms"
    console.print(line, markup=False, style="green")
    longest = max((len(one.variant) for one in outcome.renditions), default=0)
    for one in outcome.renditions:
        sides = f"{one.width}×{one.height}"
        line = f"  {one.variant:<{longest}}  {one.format:<4}  {sides:<11}  {one.bytes:>11,} bytes"
        console.print(f"{line}  {shown(one.path)}", markup=False)


def total_of(outcomes: Sequence[Outcome]) -> str:
    """One line: how many files, the bytes of the ready ones before and after, the share saved."""
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


def files_in_words(number: int) -> str:
    """How many files."""
    return "1 file" if number == 1 else f"{number:,} files"
