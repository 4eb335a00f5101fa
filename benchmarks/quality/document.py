"""Writes docs/quality.md from benchmarks/quality.json."""

from collections.abc import Iterator
from pathlib import Path
from string import Template

import msgspec
from msgspec import Struct

from benchmarks.photographs import SetName
from benchmarks.quality.bounds import SIDES, Bounds
from benchmarks.quality.validating import Comparison, Compression
from chalicelib.imaging import quality

DOCUMENT = Path(__file__).parents[2] / "docs" / "quality.md"
RESULTS = Path(__file__).parents[1] / "quality.json"
BOUNDS = RESULTS.with_name("quality_bounds.json")
SETS: tuple[SetName, ...] = ("held-out", "fit")

_TEMPLATE = Path(__file__).with_name("template.md")


class Results(Struct, frozen=True):
    """All of benchmarks/quality.json; `scored_by` names the program that computed the scores."""

    scored_by: str
    comparisons: list[Comparison]


def load() -> Results:
    """Read the latest results."""
    return msgspec.json.decode(RESULTS.read_bytes(), type=Results)


def load_bounds() -> Bounds:
    """Read the latest bounds."""
    return msgspec.json.decode(BOUNDS.read_bytes(), type=Bounds)


def page(results: Results, bounds: Bounds) -> str:
    """The text of docs/quality.md."""
    held_out, fit = (
        "\n".join(_table([row for row in results.comparisons if row.set == name])) for name in SETS
    )
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        target=quality.TARGET,
        lowest=quality.LOWEST,
        highest=quality.HIGHEST,
        scored_by=results.scored_by,
        held_out=held_out,
        fit=fit,
        bounds="\n".join(_bounds_table(bounds)),
    )


def _bounds_table(found: Bounds) -> Iterator[str]:
    yield "| encoder | " + " | ".join(f"{side}" for side in SIDES) + " |"
    yield "|---|" + "--:|" * len(SIDES)
    for encoder in dict.fromkeys(bound.encoder for bound in found.bounds):
        of_sides = {bound.side: bound.bytes for bound in found.bounds if bound.encoder == encoder}
        yield f"| {encoder} | " + " | ".join(f"×{of_sides[side]:.2f}" for side in SIDES) + " |"


def _table(comparisons: list[Comparison]) -> Iterator[str]:
    yield "| format, box | photographs | quality | MB | mean | p10 | worst | of fixed | of sharp |"
    yield "|---|--:|---|--:|--:|--:|--:|--:|--:|"
    for comparison in comparisons:
        for compression in comparison.ways:
            yield _row(comparison, compression)


def _row(comparison: Comparison, way: Compression) -> str:
    ratios = " | "
    if way.name == "auto":
        ratios = f"×{comparison.against_fixed:.2f} | ×{comparison.against_sharp:.2f}"
    figures = f"{way.megabytes:.2f} | {way.mean:.1f} | {way.tenth:.1f} | {way.worst:.1f}"
    name = f"{comparison.format} {comparison.side}"
    return f"| {name} | {comparison.photographs} | {way.name} | {figures} | {ratios} |"
