"""`docs/local-performance.md`, written from a run, so that no figure can drift."""

from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.library.contender import MOTO
from benchmarks.library.reading import LIMIT
from benchmarks.library.results import Results, Version
from benchmarks.library.tables import (
    EQUAL,
    aims_table,
    columns,
    latencies_table,
    memory_table,
    restarts_table,
    uploads_table,
)
from benchmarks.library.uploading import SIDES

PAGE = toolchain.ROOT / "docs/local-performance.md"
_TEMPLATE = Path(__file__).with_name("template.md")


def page(results: Results) -> str:
    """The text of the page."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        command=results.command,
        date=results.date,
        machine=results.machine,
        load=f"{results.load:.1f}",
        minutes=results.minutes,
        workers=results.workers,
        rounds=results.rounds,
        further=results.further,
        images=f"{results.now.stages[-1].images:,}",
        size=" × ".join(map(str, SIDES)),
        kilobytes=f"{results.mean_bytes / 1000:.0f}",
        limit=LIMIT,
        tolerance=f"{1 - EQUAL:.0%}",
        versions="\n".join(_versions_line(one) for one in _versions(results)),
        compared=_compared(results),
        ready=_ready(results),
        aims=aims_table(results),
        latencies=latencies_table(results),
        restarts=restarts_table(results),
        uploads=uploads_table(results),
        memory=memory_table(results),
        first_starts=_first_starts(results),
    )


def _versions(results: Results) -> list[Version]:
    return [results.before, results.now] if results.before else [results.now]


def _versions_line(version: Version) -> str:
    found = ", ".join(f"{name} {number}" for name, number in version.versions.items())
    return f"- `{version.commit}`: its database is {version.database}; {found}"


def _compared(results: Results) -> str:
    if not results.before:
        return "This version was not compared with another."
    text = (
        f"It was compared with `{results.before.commit}`, at {results.shared:,} images for both. "
        "The two took turns, each alone\non the machine, and each was first in every other round."
    )
    if results.before.database == MOTO:
        text += " The earlier version was given no more: with moto, lists\nanswer 503 beyond some "
        text += "1,500 images."
    return text


def _ready(results: Results) -> str:
    """What the lists held, by status."""
    return "; ".join(
        f"{column.title}: {_counts(column.stage.statuses)}" for column in columns(results)
    )


def _counts(statuses: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {status}" for status, number in statuses.items()) or "none"


def _first_starts(results: Results) -> str:
    lines = [
        f"- `{version.commit}`: {one.seconds:.0f} s, {one.lines} lines printed"
        for version in _versions(results)
        for one in version.first_starts
    ]
    return "\n".join(lines) or "Not measured in this run."
