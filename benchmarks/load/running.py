"""Runs a load: a new stack, Locust, the kills, and the wait until the queue is empty."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import locust
from benchmarks.load.answers import Found, Upload, evaluated, files_of, read_table, read_uploads
from benchmarks.load.killing import drain, kill_workers, until
from benchmarks.load.monitoring import Monitor, monitoring
from benchmarks.load.results import Kill, Moment, Run, Spread
from benchmarks.stack import HERE, Checkout, Stack, running_stack
from ops.local.storage.database import Database

USERS = 16

_LOCUSTFILE = Path(__file__).with_name("locustfile.py")
_MOMENTS = 12  # samples of a run to keep


def loaded(
    pictures: Path,
    scratch: Path,
    workers: int,
    *,
    rate: float = 0,
    kills: int = 0,
    extra: Callable[[Stack], None] = lambda _stack: None,
    checkout: Checkout = HERE,
) -> Run:
    """Upload all files of `pictures`; `extra` may use the stack before it stops."""
    scratch.mkdir(exist_ok=True)
    number, report = len(list(pictures.iterdir())), scratch / "report"
    report.unlink(missing_ok=True)  # from an earlier run with the same data
    settings = {
        "LOAD_PICTURES": str(pictures),
        "LOAD_RATE": str(rate),
        "LOAD_REPORT": str(report),
        "LOAD_USERS": str(USERS),
    }
    with running_stack(scratch / "data", workers, checkout) as stack:
        database = Database(stack.database)
        with (
            monitoring(stack) as monitor,
            locust.crowd(_LOCUSTFILE, stack.options.api_url, USERS, report, settings) as uploaders,
        ):
            killed = kill_workers(database, number, kills)
            until(partial(uploaders.has_done, number))
            drain(database)
        database.close()
        uploads = read_uploads(report.read_text().splitlines())
        run = _run(stack, monitor, uploads, workers, rate, killed)
        extra(stack)
    return run


def _run(
    stack: Stack,
    monitor: Monitor,
    uploads: Sequence[Upload],
    workers: int,
    rate: float,
    kills: tuple[Kill, ...],
) -> Run:
    table = read_table(stack)
    ended = {upload.image_id: _end(table.get(upload.image_id)) for upload in uploads}
    return Run(
        workers=workers,
        pictures=len(uploads),
        rate=rate,
        seconds=_since_the_first(uploads, max(ended.values())),
        uploading=_since_the_first(uploads, max(upload.stored for upload in uploads)),
        answers=evaluated(uploads, table, files_of(stack)),
        ticket=spread([upload.announced - upload.requested for upload in uploads]),
        upload=spread([upload.stored - upload.announced for upload in uploads]),
        latency=spread([max(0.0, ended[u.image_id] - u.stored) for u in uploads]),
        kills=kills,
        parts=monitor.parts(),
        moments=_moments(monitor),
        others=round(monitor.others(), 1),
    )


def _since_the_first(uploads: Sequence[Upload], end: float) -> float:
    return round(end - min(upload.requested for upload in uploads), 2)


def _end(found: Found | None) -> float:
    """The time of the answer, in seconds since 1970; 0 without one."""
    return found.ends[-1].timestamp() if found and found.ends else 0.0


def _moments(monitor: Monitor) -> tuple[Moment, ...]:
    last = len(monitor.samples) - 1
    chosen = sorted({round(last * step / (_MOMENTS - 1)) for step in range(_MOMENTS)})
    return tuple(
        Moment(second=round(sample.second, 1), queue=sample.queue, memory=sample.memory)
        for sample in (monitor.samples[index] for index in chosen)
    )


def spread(seconds: Sequence[float]) -> Spread:
    """Percentiles of `seconds`, by the nearest rank."""
    ordered = sorted(seconds)

    def at(percent: int) -> float:
        return round(ordered[-(-len(ordered) * percent // 100) - 1], 4)

    return Spread(p50=at(50), p95=at(95), p99=at(99), most=at(100))
