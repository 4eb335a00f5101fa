"""One load: a fresh stack, the visitors, the kills, and the wait until nothing waits any more."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.load.answers import Found, Upload, files_of, judged, read_table, read_uploads
from benchmarks.load.killing import drain, kill_workers, until
from benchmarks.load.results import Kill, Moment, Run, Spread
from benchmarks.load.watching import Watch, watching
from benchmarks.stack import HERE, Checkout, Stack, running_stack
from ops.local.database import Database
from ops.local.environment import inherited
from ops.local.processes import dying_with_us

LOCUST = Path(sys.prefix) / "load/bin/locust"  # `make load` installs it

_VISITORS = Path(__file__).with_name("visitors.py")
_NUMBER = 16  # visitors
_MOMENTS = 12  # of a run that are kept


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
    """The run over all files of `pictures`; `extra` may use the stack before it ends."""
    scratch.mkdir(exist_ok=True)
    number, report = len(list(pictures.iterdir())), scratch / "report"
    report.unlink(missing_ok=True)  # of an earlier run with the same data
    with running_stack(scratch / "data", workers, checkout) as stack:
        database = Database(stack.memory)
        with watching(stack) as watch, _visiting(stack, pictures, report, rate) as visitors:
            killed = kill_workers(database, number, kills)
            until(partial(_uploaded, visitors, report, number))
            drain(database)
        database.close()
        uploads = read_uploads(report.read_text().splitlines())
        run = _run(stack, watch, uploads, workers, rate, killed)
        extra(stack)
    return run


@contextmanager
def _visiting(
    stack: Stack, pictures: Path, report: Path, rate: float
) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(LOCUST), "-f", str(_VISITORS), "--headless", "--host", stack.options.api_url]
    command += ["--users", str(_NUMBER), "--spawn-rate", str(_NUMBER), "--loglevel", "WARNING"]
    settings = {
        "LOAD_PICTURES": str(pictures),
        "LOAD_RATE": str(rate),
        "LOAD_REPORT": str(report),
        "LOAD_VISITORS": str(_NUMBER),
    }
    with (
        report.with_name("locust.log").open("wb") as log,
        subprocess.Popen(
            dying_with_us([*command, "--only-summary"]),
            env={**inherited(), **settings},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _uploaded(visitors: subprocess.Popen[bytes], report: Path, number: int) -> bool:
    if visitors.poll() is not None:
        raise RuntimeError(f"Locust has ended: {report.with_name('locust.log').read_text()}")
    return report.exists() and report.read_bytes().count(b"\n") == number


def _run(
    stack: Stack,
    watch: Watch,
    uploads: Sequence[Upload],
    workers: int,
    rate: float,
    kills: tuple[Kill, ...],
) -> Run:
    found = read_table(stack)
    ended = {one.image_id: _end(found.get(one.image_id)) for one in uploads}
    return Run(
        workers=workers,
        pictures=len(uploads),
        rate=rate,
        seconds=_since_the_first(uploads, max(ended.values())),
        uploading=_since_the_first(uploads, max(upload.stored for upload in uploads)),
        answers=judged(uploads, found, files_of(stack)),
        ticket=spread([upload.announced - upload.asked for upload in uploads]),
        upload=spread([upload.stored - upload.announced for upload in uploads]),
        latency=spread([max(0.0, ended[u.image_id] - u.stored) for u in uploads]),
        kills=kills,
        parts=watch.parts(),
        moments=_moments(watch),
        others=round(watch.others(), 1),
    )


def _since_the_first(uploads: Sequence[Upload], moment: float) -> float:
    return round(moment - min(upload.asked for upload in uploads), 2)


def _end(found: Found | None) -> float:
    """When it got its answer, in seconds since 1970; 0 without one."""
    return found.ends[-1].timestamp() if found and found.ends else 0.0


def _moments(watch: Watch) -> tuple[Moment, ...]:
    last = len(watch.samples) - 1
    chosen = sorted({round(last * step / (_MOMENTS - 1)) for step in range(_MOMENTS)})
    return tuple(
        Moment(second=round(one.second, 1), queue=one.queue, memory=one.memory)
        for one in (watch.samples[place] for place in chosen)
    )


def spread(seconds: Sequence[float]) -> Spread:
    """The percentiles of some times: each the least that so many do not exceed."""
    ordered = sorted(seconds)

    def at(percent: int) -> float:
        return round(ordered[-(-len(ordered) * percent // 100) - 1], 4)

    return Spread(p50=at(50), p95=at(95), p99=at(99), most=at(100))
