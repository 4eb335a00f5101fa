"""A run's figures as Markdown tables."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.library.reading import LISTS, ONE
from benchmarks.library.results import Latency, Memory, Results, Stage, Upload, Version
from benchmarks.tables import table

EQUAL = 0.95  # of the earlier rate: rounds of one version differ by as much

_LIST_MS, _ONE_MS, _START_SECONDS, _FIRST_START = 150, 50, 10, 1.3
_VERDICTS = {True: "yes", False: "no", None: "not measured"}
_UNKNOWN = "-"


class Column(NamedTuple):
    """A version with so many images."""

    version: Version
    stage: Stage

    @property
    def title(self) -> str:
        """The head of the column."""
        return f"`{self.version.commit}`, {self.stage.images:,}"


def columns(results: Results) -> list[Column]:
    """All that was measured: the earlier version first, this one with the most images last."""
    versions = [results.before, results.now] if results.before else [results.now]
    return [Column(version, stage) for version in versions for stage in version.stages]


def aims_table(results: Results) -> str:
    """The figures that something is aimed at; the last column's must meet it."""
    found = columns(results)
    stages = [column.stage for column in found]
    rows = [["", "aim", *(column.title for column in found), "now / before", "met"]]
    for kind in (*LISTS, ONE):
        most = _ONE_MS if kind == ONE else _LIST_MS
        latencies = [stage.latency(kind) for stage in stages]
        times = [_p95(one) for one in latencies]
        met = None if times[-1] is None else times[-1] <= most and not latencies[-1].failed
        rows.append(_row(results, f"{kind}, p95, ms", f"at most {most}", times, ".0f", met))
    starts = [median(stage.starts) for stage in stages]
    met = starts[-1] <= _START_SECONDS
    rows.append(_row(results, "restart, s", f"at most {_START_SECONDS}", starts, ".1f", met))
    for title, rate in _RATES.items():
        rates = [rate(stage) for stage in stages]
        met = min(rates[1:]) >= EQUAL * rates[0] if results.before else None
        rows.append(_row(results, title, "not lower", rates, ".1f", met))
    left = [float(sum(sum(one.left.values()) for one in _uploads(column))) for column in found]
    rows.append(_row(results, "left in queues", "0", left, ".0f", not left[-1]))
    rows.append(_first_start_row(results))
    return table(rows)


def latencies_table(results: Results) -> str:
    """Every kind of request in every column."""
    rows = [["milliseconds", "version, images", "requests", "failed", "p50", "p95", "p99", "most"]]
    for kind in (*LISTS, ONE):
        for column in columns(results):
            found = column.stage.latency(kind)
            rows.append([kind, column.title, f"{found.requests:,}", f"{found.failed:,}"])
            rows[-1] += _milliseconds(found)
    return table(rows)


def memory_table(results: Results) -> str:
    """Megabytes of each part: at rest, while lists are read, while images are uploaded."""
    found = columns(results)
    rows = [["MB at rest / listing / uploading", *(column.title for column in found)]]
    held = [_memories(column) for column in found]
    names = dict.fromkeys(name for memories in held for memory in memories for name in memory)
    rows += [
        [name, *(_megabytes([memory.get(name) for memory in memories]) for memories in held)]
        for name in sorted(names, key=lambda name: -max(one.get(name, 0) for one in held[-1]))
    ]
    totals = [[sum(memory.values()) for memory in memories] for memories in held]
    rows.append(["all", *(_megabytes(total) for total in totals)])
    return table(rows)


def uploads_table(results: Results) -> str:
    """Every upload: its rates, and how long until the queues were empty."""
    head = ["version", "images before", "images", "uploaded a second", "processed a second"]
    head += ["sent again", "then in queues", "empty after, s", "left in them", "other programs"]
    rows = [head]
    for version in dict.fromkeys(column.version.commit for column in columns(results)):
        for column in columns(results):
            if column.version.commit == version:
                rows += [_upload_row(version, one) for one in _uploads(column)]
    return table(rows)


def restarts_table(results: Results) -> str:
    """Every restart and stop."""
    rows = [["seconds", "restarts until ready", "median", "longest stop"]]
    for column in columns(results):
        starts = column.stage.starts
        every = ", ".join(f"{one:.1f}" for one in starts)
        longest = f"{max(column.stage.stops):.1f}"
        rows.append([column.title, every, f"{median(starts):.1f}", longest])
    return table(rows)


_RATES: dict[str, Callable[[Stage], float]] = {
    "uploaded a second": lambda stage: stage.uploaded_per_second,
    "processed a second": lambda stage: stage.ready_per_second,
}


def _row(
    results: Results,
    title: str,
    aim: str,
    values: Sequence[float | None],
    form: str,
    met: bool | None,
) -> list[str]:
    shown = [_UNKNOWN if value is None else format(value, f",{form}") for value in values]
    return [title, aim, *shown, _ratio(results, values), _VERDICTS[met]]


def _ratio(results: Results, values: Sequence[float | None]) -> str:
    """Of the two columns that have as many images: the first two, where there are two versions."""
    if results.before and values[0] and values[1] is not None:
        return f"{values[1] / values[0]:.2f}"
    return _UNKNOWN


def _first_start_row(results: Results) -> list[str]:
    seconds = [column.version.first_start for column in columns(results)]
    before, now = seconds[0], seconds[-1]
    met = now <= _FIRST_START * before if results.before and before and now else None
    return _row(results, "first start, s", f"at most {_FIRST_START}×", seconds, ".0f", met)


def _p95(latency: Latency) -> float | None:
    return 1000 * latency.spread.p95 if latency.spread else None


def _milliseconds(latency: Latency) -> list[str]:
    spread = latency.spread
    if not spread:
        return [_UNKNOWN] * 4
    return [f"{1000 * one:,.0f}" for one in (spread.p50, spread.p95, spread.p99, spread.most)]


def _uploads(column: Column) -> list[Upload]:
    """The column's uploads: the one that filled it, and those at its size."""
    place = column.version.stages.index(column.stage)
    return [column.version.fills[place], *column.stage.uploads]


def _upload_row(version: str, upload: Upload) -> list[str]:
    return [
        f"`{version}`",
        f"{upload.before:,}",
        f"{upload.images:,}",
        f"{upload.uploaded_per_second:.1f}",
        f"{upload.ready_per_second:.1f}",
        f"{upload.repeated:,}",
        _depths(upload.waiting),
        f"{upload.drained:.1f}",
        _depths(upload.left),
        f"{upload.others:.0%}",
    ]


def _depths(queues: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {depth:,}" for name, depth in queues.items()) or "nothing"


def _memories(column: Column) -> list[Memory]:
    """At rest, listing, uploading."""
    uploading: Memory = {}
    for upload in _uploads(column):
        for name, held in upload.memory.items():
            uploading[name] = max(held, uploading.get(name, 0))
    return [column.stage.idle, column.stage.listing, uploading]


def _megabytes(held: Sequence[int | None]) -> str:
    return " / ".join(_UNKNOWN if one is None else f"{one / 1e6:,.0f}" for one in held)
