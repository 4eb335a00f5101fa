"""The load's figures as Markdown tables."""

from collections.abc import Sequence

from benchmarks.load.results import Results, Run, Spread
from benchmarks.load.scale import Capacity, capacities, scenario
from benchmarks.load.scanning import scan
from benchmarks.tables import table

WORKERS, API = "workers", "API (Chalice's local server)"
TABLES = "tables and queues (DynamoDB Local)"
_SHOWN = {
    "workers": WORKERS,
    "DynamoDB": TABLES,
    "API": API,
    "SeaweedFS": "object store (SeaweedFS)",
}
_SCANNED = (10_000_000, 100_000_000)


def answers_table(run: Run) -> str:
    """The answers to the uploads."""
    found = run.answers
    rows = [
        ["", "pictures"],
        ["uploaded", f"{run.pictures:,}"],
        ["answered `ready`", f"{found.ready:,}"],
        ["answered `rejected`", f"{found.rejected:,}"],
        ["answered wrongly", f"{found.wrong:,}"],
        ["lost: without an answer", f"{found.lost:,}"],
        ["doubled: with two answers, or a second image", f"{found.doubled:,}"],
        ["started more than once, and finished once", f"{found.repeated:,}"],
    ]
    return table(rows)


def times_table(run: Run) -> str:
    """Percentiles of the times that a user waits."""
    rows = [["seconds", "p50", "p95", "p99", "max"]]
    for text, found in (
        ("`POST /uploads`", run.ticket),
        ("the form to S3", run.upload),
        ("from then to `ready` or `rejected`", run.latency),
    ):
        rows.append([text, *_spread(found)])
    return table(rows)


def kills_table(run: Run) -> str:
    """Times of the kills."""
    rows = [["killed at, s", "replacement worked after, s"]]
    rows += [[f"{kill.second:.0f}", f"{kill.replaced:.1f}"] for kill in run.kills]
    return table(rows)


def parts_table(run: Run, processors: int) -> str:
    """Each part's share of the processors, and its memory."""
    whole = duration(run) * processors
    rows = [["", "of the processors", "first memory, MB", "peak", "last"]]
    for part in run.parts:
        sizes = [f"{size / 1e6:,.0f}" for size in part.memory]
        rows.append([part.name, f"{part.cpu / whole:.1%}", *sizes])
    rows.append(["other programs of the machine", f"{run.others / whole:.1%}", "", "", ""])
    return table(rows)


def moments_table(run: Run) -> str:
    """The queue and the memory over time."""
    rows = [["second", "queue", *(f"{name}, MB" for name in _SHOWN)]]
    for moment in run.moments:
        sizes = [f"{moment.memory.get(part, 0) / 1e6:,.0f}" for part in _SHOWN.values()]
        rows.append([f"{moment.second:.0f}", f"{moment.queue:,}", *sizes])
    return table(rows)


def growth_table(runs: Sequence[Run], processors: int) -> str:
    """The same pictures with different numbers of workers."""
    head = ["workers", "pictures a second", "p50, s", "p99, s", "CPU s per picture", "CPUs busy"]
    rows = [[*head, "by workers", "by DynamoDB", "by the API", "by other programs"]]
    for run in runs:
        whole = duration(run) * processors
        shares = [run.cpu_of(part) / whole for part in (WORKERS, TABLES, API)]
        rows.append(
            [
                str(run.workers),
                f"{run.per_second:.2f}",
                f"{run.latency.p50:.1f}",
                f"{run.latency.p99:.1f}",
                f"{run.cpu / run.pictures:.2f}",
                f"{(run.cpu + run.others) / whole:.0%}",
                *(f"{share:.0%}" for share in shares),
                f"{run.others / whole:.0%}",
            ]
        )
    return table(rows)


def capacities_table(results: Results) -> str:
    """Each part's images a second, the smallest first."""
    mean = scenario().month.mean
    rows = [["", "an image takes", "limit", "images a second", "of the mean", "raised by"]]
    rows += [
        [
            part.part,
            part.takes,
            _sourced(part),
            f"{part.per_second:,.0f}",
            f"{part.per_second / mean:.1f}×",
            part.raised_by,
        ]
        for part in capacities(results)
    ]
    return table(rows)


def scans_table(results: Results) -> str:
    """The sweep's time on AWS, by the number of images."""
    rows = [["images", "hours of running", "days, with pauses"]]
    for images in _SCANNED:
        found = scan(results.sweep, images)
        rows.append([f"{images:,}", f"{found.seconds / 3600:,.0f}", f"{found.days:,.1f}"])
    return table(rows)


def duration(run: Run) -> float:
    """Seconds that the run was monitored."""
    return run.moments[-1].second


def _spread(found: Spread) -> list[str]:
    return [f"{value:.2f}" for value in (found.p50, found.p95, found.p99, found.most)]


def _sourced(part: Capacity) -> str:
    return f"[{part.limit}][{part.source}]" if part.source else part.limit
