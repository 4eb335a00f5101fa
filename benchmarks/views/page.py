"""Writes docs/delivery-performance.md from the figures of a run."""

from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.views.results import Crowd, Results
from benchmarks.views.tables import (
    changes_table,
    counts_table,
    crowds_table,
    least_disturbed,
    misses_table,
    phases_table,
    processor_table,
    whole_spread,
)
from chalicelib.processing.published_files import MAX_AGE

PAGE = toolchain.ROOT / "docs/delivery-performance.md"
MOST_MILLISECONDS = 700  # p95 of a warm miss of 12 megapixels
_TEMPLATE = Path(__file__).with_name("template.md")


def page(results: Results) -> str:
    """The text of the page."""
    cold = results.cold
    misses, least = whole_spread(results.alone.misses), least_disturbed(results.alone.misses)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        date=results.date,
        commit=results.commit,
        machine=results.machine,
        processors=results.processors,
        load=f"{results.load:.1f}",
        minutes=f"{results.minutes:.0f}",
        versions=", ".join(f"{name} {number}" for name, number in results.versions.items()),
        viewers=f"{cold.viewers:,}",
        each=cold.each,
        images=results.images,
        widths=len(results.widths),
        files=results.images * len(results.widths),
        requests=f"{cold.viewers * cold.each:,}",
        conclusion=conclusion(results),
        counts=counts_table(results),
        crowds=crowds_table(results),
        per_second=f"{results.again.viewers * results.again.each / results.again.seconds:.0f}",
        callers=results.rush.callers,
        rushes=results.rush.files,
        rush_rendered=results.rush.rendered,
        rush_statuses=", ".join(f"{n:,} times {s}" for s, n in results.rush.statuses.items()),
        originals=_originals(results),
        number=len(results.alone.misses),
        p95=f"{misses.p95:.0f}",
        most=MOST_MILLISECONDS,
        met=_met(misses.p95),
        alone_date=results.alone.date,
        alone_commit=results.alone.commit,
        others=f"{results.alone.others:.0%}",
        copies=len(results.alone.misses) // len(least),
        least_p95=f"{whole_spread(least).p95:.0f}",
        least_met=_met(whole_spread(least).p95),
        misses=misses_table(results),
        phases=phases_table(results),
        api_cpu=f"{1000 * results.alone.api_cpu:.0f}",
        processor=processor_table(results),
        changes=changes_table(results),
        times=len(results.alone.changes[0].seconds),
        minutes_cached=MAX_AGE // 60,
        failures=sum(change.failures for change in results.alone.changes),
    )


def conclusion(results: Results) -> str:
    """Whether each file was rendered once, no view failed, and hits left no line in the log."""
    faults = [
        text
        for text, is_fault in (
            ("views failed", any(crowd.failures for crowd in _crowds(results))),
            ("files are missing or were rendered twice", not _rendered_once(results)),
            ("hits left lines in the function's log", bool(results.again.lines)),
        )
        if is_fault
    ]
    if faults:
        return f"**{' and '.join(faults).capitalize()}**: see the tables."
    return (
        "No view failed, each file was rendered exactly once, and the views of files that were "
        "there left no line in the function's log."
    )


def _rendered_once(results: Results) -> bool:
    files = results.images * len(results.widths)
    made = [(crowd.objects, crowd.rendered) for crowd in (results.cold, results.warm)]
    rush = results.rush
    return set(made) == {(files, files)} and rush.rendered == rush.objects == rush.files


def _crowds(results: Results) -> tuple[Crowd, ...]:
    return results.cold, results.again, results.warm


def _originals(results: Results) -> str:
    return " and ".join(
        f"`{name}` ({width:,} by {height:,} pixels, {size / 1e6:.1f} MB)"
        for name, (width, height, size) in results.alone.originals.items()
    )


def _met(p95: float) -> str:
    return "met" if p95 <= MOST_MILLISECONDS else "missed"
