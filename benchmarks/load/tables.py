"""The load's figures as Markdown tables."""

from collections.abc import Sequence

from benchmarks.load.results import Results, Run, Spread
from benchmarks.load.scale import Carried, carried, world
from benchmarks.load.walking import walk
from benchmarks.tables import table

WORKERS, API = "workers", "API (Chalice's local server)"
TABLES = "tables and queues (DynamoDB Local)"
_SHOWN = {
    "workers": WORKERS,
    "DynamoDB": TABLES,
    "API": API,
    "SeaweedFS": "object store (SeaweedFS)",
}
_WALKED = (10_000_000, 100_000_000)


def answers_table(run: Run) -> str:
    """What became of the pictures."""
    found = run.answers
    rows = [
        ["", "pictures"],
        ["uploaded", f"{run.pictures:,}"],
        ["answered `ready`", f"{found.ready:,}"],
        ["answered `rejected`", f"{found.rejected:,}"],
        ["answered otherwise than they should be", f"{found.wrong:,}"],
        ["lost: without an answer", f"{found.lost:,}"],
        ["doubled: with two answers, or a second image", f"{found.doubled:,}"],
        ["begun more than once, and finished once", f"{found.repeated:,}"],
    ]
    return table(rows)


def times_table(run: Run) -> str:
    """Percentiles of what a visitor waits for."""
    rows = [["seconds", "p50", "p95", "p99", "longest"]]
    for text, found in (
        ("`POST /uploads`", run.ticket),
        ("the form to S3", run.upload),
        ("from its end to `ready`, or `rejected`", run.latency),
    ):
        rows.append([text, *_spread(found)])
    return table(rows)


def kills_table(run: Run) -> str:
    """When workers were killed."""
    rows = [["killed at, s", "the next one worked after, s"]]
    rows += [[f"{kill.second:.0f}", f"{kill.replaced:.1f}"] for kill in run.kills]
    return table(rows)


def parts_table(run: Run, processors: int) -> str:
    """What each part took of the processors, and held."""
    whole = duration(run) * processors
    rows = [["", "of the processors", "memory at first, MB", "at most", "at the end"]]
    for part in run.parts:
        held = [f"{one / 1e6:,.0f}" for one in part.memory]
        rows.append([part.name, f"{part.cpu / whole:.1%}", *held])
    rows.append(["other programs of the machine", f"{run.others / whole:.1%}", "", "", ""])
    return table(rows)


def moments_table(run: Run) -> str:
    """The queue and the memory over time."""
    rows = [["second", "queue", *(f"{name}, MB" for name in _SHOWN)]]
    for moment in run.moments:
        held = [f"{moment.memory.get(part, 0) / 1e6:,.0f}" for part in _SHOWN.values()]
        rows.append([f"{moment.second:.0f}", f"{moment.queue:,}", *held])
    return table(rows)


def growth_table(runs: Sequence[Run], processors: int) -> str:
    """The same pictures with more and more workers."""
    head = ["workers", "pictures a second", "p50, s", "p99, s", "CPU seconds each", "CPUs busy"]
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


def carried_table(results: Results) -> str:
    """Every part's images a second, the narrowest first."""
    mean = world().month.mean
    rows = [["", "one image takes", "there is", "images a second", "of the mean", "to turn"]]
    rows += [
        [
            part.part,
            part.takes,
            _sourced(part),
            f"{part.per_second:,.0f}",
            f"{part.per_second / mean:.1f}×",
            part.turn,
        ]
        for part in carried(results)
    ]
    return table(rows)


def walks_table(results: Results) -> str:
    """The sweep's time on AWS, by the number of images."""
    rows = [["images", "hours of running", "days, with pauses"]]
    for images in _WALKED:
        found = walk(results.sweep, images)
        rows.append([f"{images:,}", f"{found.seconds / 3600:,.0f}", f"{found.days:,.1f}"])
    return table(rows)


def duration(run: Run) -> float:
    """Seconds that the run was watched."""
    return run.moments[-1].second


def _spread(found: Spread) -> list[str]:
    return [f"{one:.2f}" for one in (found.p50, found.p95, found.p99, found.most)]


def _sourced(part: Carried) -> str:
    return f"[{part.limit}][{part.source}]" if part.source else part.limit
