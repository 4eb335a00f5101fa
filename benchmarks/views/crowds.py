"""Runs crowds of viewers, and compares what they got with the bucket and the function's log."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Barrier

import msgspec
import requests
from msgspec import Struct

from benchmarks import locust
from benchmarks.load.answers import files_of
from benchmarks.load.results import Spread
from benchmarks.load.running import spread
from benchmarks.stack import Stack
from benchmarks.views.function_log import RENDERED, FunctionLog, Line
from benchmarks.views.results import Crowd, Rush
from chalicelib.model import delivery, keys
from chalicelib.model.delivery import EdgeTable
from ops.edge import current_table
from tests.waiting import until

VIEWERS = 1000
EACH = 8  # images that each viewer looks at

_LOCUSTFILE = Path(__file__).with_name("locustfile.py")
_TIMEOUT = 600.0  # seconds, of a crowd
_OK = 200


class View(Struct, frozen=True, kw_only=True):
    """An image as a viewer got it; times are seconds since 1970.

    `locations` are the redirects that were followed; `status` is 0 if there was no response, and
    `error` then says why.
    """

    path: str
    began: float
    ended: float
    locations: tuple[str, ...]
    status: int
    type: str
    error: str

    @property
    def seconds(self) -> float:
        """Time until the viewer had the file."""
        return self.ended - self.began

    @property
    def failure(self) -> str:
        """What went wrong, in a few words; empty if the viewer sees the image."""
        if self.status != _OK:
            return str(self.status) if self.status else self.error
        return "" if self.type.startswith("image/") else f"200, but {self.type or 'no type'}"

    @property
    def is_of_another_size(self) -> bool:
        """Whether a rendition was shown instead of the size."""
        return bool(self.locations) and "/images/" in self.locations[-1]


def crowd(
    stack: Stack,
    ids: Sequence[str],
    widths: Sequence[int],
    scratch: Path,
    viewers: int = VIEWERS,
    each: int = EACH,
) -> Crowd:
    """Have `viewers` look at `each` of the images, all at once."""
    report = scratch / "views"
    report.unlink(missing_ok=True)
    log = FunctionLog(stack)
    _look(stack, ids, widths, report, viewers, each)
    lines = log.new_lines()
    views = [msgspec.json.decode(line, type=View) for line in report.read_bytes().splitlines()]
    return evaluated(views, viewers, each, _sizes(stack, ids), lines)


def evaluated(
    views: Sequence[View], viewers: int, each: int, objects: int, lines: Sequence[Line]
) -> Crowd:
    """Count the views; `lines` are what the function logged meanwhile."""
    failures = Counter(view.failure for view in views if view.failure)
    failures["without a response"] = viewers * each - len(views)
    made, shown = made_at(views), [view for view in views if not view.failure]
    misses = [view for view in shown if view.began < made.get(view.path, view.ended)]
    hits = [view for view in shown if view.began >= made.get(view.path, view.ended)]
    return Crowd(
        viewers=viewers,
        each=each,
        seconds=round(max(v.ended for v in views) - min(v.began for v in views), 1),
        misses=_spread(misses),
        hits=_spread(hits),
        missed=len(misses),
        redirected=sum(bool(view.locations) for view in views),
        closest=sum(view.is_of_another_size for view in views),
        failures={kind: number for kind, number in sorted(failures.items()) if number},
        objects=objects,
        rendered=rendered(lines),
        lines=len(lines),
    )


def made_at(views: Iterable[View]) -> dict[str, float]:
    """When the first viewer had each file; 0 for files that were there before."""
    shown = [view for view in views if not view.failure and not view.is_of_another_size]
    redirected = {view.path for view in shown if view.locations}
    found: dict[str, float] = {}
    for view in shown:
        found[view.path] = min(view.ended, found.get(view.path, view.ended))
    return {path: ended if path in redirected else 0.0 for path, ended in found.items()}


def rendered(lines: Iterable[Line]) -> int:
    """How many of the function's lines say that a size was rendered."""
    return sum(line.message == RENDERED for line in lines)


def rush(stack: Stack, image_ids: Sequence[str], width: int, generation: str, callers: int) -> Rush:
    """Request a size of each image of the API, `callers` times at the same moment.

    The CDN would forward fewer requests at once.
    """
    log = FunctionLog(stack)
    statuses: Counter[str] = Counter()
    for image_id in image_ids:
        key = delivery.file_key(image_id, delivery.WidthFile(width, generation, "webp"))
        statuses.update(_at_once(f"{stack.options.api_url}/renditions/{key}", callers))
    return Rush(
        callers=callers,
        files=len(image_ids),
        rendered=rendered(log.new_lines()),
        objects=_sizes(stack, image_ids),
        statuses=dict(sorted(statuses.items())),
    )


def edge() -> EdgeTable:
    """What the local CDN knows of the sizes."""
    return current_table({})


def _at_once(url: str, callers: int) -> list[str]:
    barrier = Barrier(callers)

    def call(_: int) -> str:
        barrier.wait()
        return str(requests.get(url, allow_redirects=False, timeout=_TIMEOUT).status_code)

    with ThreadPoolExecutor(callers) as threads:
        return list(threads.map(call, range(callers)))


def _look(
    stack: Stack,
    ids: Sequence[str],
    widths: Sequence[int],
    report: Path,
    viewers: int,
    each: int,
) -> None:
    settings = {
        "VIEW_IDS": ",".join(ids),
        "VIEW_WIDTHS": ",".join(str(width) for width in widths),
        "VIEW_EACH": str(each),
        "VIEW_REPORT": str(report),
    }
    with (
        locust.crowd(_LOCUSTFILE, stack.options.site_url, viewers, report, settings) as running,
        suppress(AssertionError),  # views that are missing in the end count as failures
    ):
        until(partial(running.has_done, viewers * each), _TIMEOUT)


def _sizes(stack: Stack, ids: Iterable[str]) -> int:
    """How many sizes on demand of these images are stored."""
    wanted = set(ids)
    return sum(
        delivery.is_on_demand(key) and keys.image_id_in(key) in wanted for key in files_of(stack)
    )


def _spread(views: Sequence[View]) -> Spread | None:
    return spread([view.seconds for view in views]) if views else None
