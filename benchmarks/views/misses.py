"""Times single misses through the local CDN, one at a time."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psutil
import requests

from benchmarks.stack import Stack
from benchmarks.views.function_log import ANSWERED, RENDERED, FunctionLog
from benchmarks.views.results import Miss
from chalicelib.model.delivery import Transformation, Urls, signed_url
from ops.project import PROJECT

FORMATS = {"webp": "image/webp", "jpeg": "*/*", "avif": "image/avif"}  # what a request accepts

_API = "ops.local.http.api"
_TIMEOUT = 60.0  # seconds


class Wanted(NamedTuple):
    """A file that is not there yet."""

    photograph: str
    image_id: str
    format: str
    width: int


def timed_misses(stack: Stack, wanted: Sequence[Wanted]) -> tuple[Miss, ...]:
    """Request each file for the first time; RuntimeError if one is not made on request."""
    url, log = _url(stack), FunctionLog(stack)
    with requests.Session() as session:
        return tuple(_timed(session, log, file, url(file)) for file in wanted)


def files_of_photographs(
    images: Mapping[str, Sequence[str]], formats: Sequence[str], widths: Sequence[int]
) -> list[Wanted]:
    """All files to request, in turn: photograph by photograph, format by format.

    `images` are the ids by the photograph that they show.
    """
    return [
        Wanted(photograph, image_id, output, width)
        for photograph, ids in images.items()
        for image_id in ids
        for width in widths
        for output in formats
    ]


@contextmanager
def processor_time(stack: Stack, found: list[float]) -> Iterator[None]:
    """Append the processor seconds that the API's process takes meanwhile."""
    process = next(p for p in psutil.process_iter() if _is_api(p, stack))
    before = sum(process.cpu_times()[:2])
    yield
    found.append(sum(process.cpu_times()[:2]) - before)


def _is_api(process: psutil.Process, stack: Stack) -> bool:
    try:
        command = process.cmdline()
        # Another stack may be running.
        return command[-1:] == [_API] and process.environ().get("API_PORT") == str(
            stack.options.api_port
        )
    except psutil.Error:
        return False


def _url(stack: Stack) -> Callable[[Wanted], str]:
    public_url = f"{stack.options.site_url}/images"
    key = subprocess.run(
        [sys.executable, "-m", "ops", "sign", "--key"],
        cwd=PROJECT,
        env=stack.environment(),
        capture_output=True,
        check=True,
    ).stdout.strip()

    def url(file: Wanted) -> str:
        if file.format == "avif":  # the ladder offers it if its section says so
            wanted = Transformation(width=file.width, format="avif")
            return signed_url(public_url, key, file.image_id, wanted)
        return Urls(public_url, file.image_id).width(file.width)

    return url


def _timed(session: requests.Session, log: FunctionLog, file: Wanted, url: str) -> Miss:
    headers = {"Accept": FORMATS[file.format]}
    start = time.perf_counter()
    redirect = session.get(url, headers=headers, allow_redirects=False, timeout=_TIMEOUT)
    first = time.perf_counter()
    location = redirect.headers.get("Location", "")
    shown = session.get(location or url, headers=headers, allow_redirects=False, timeout=_TIMEOUT)
    second = time.perf_counter()
    lines = {line.message: line.milliseconds for line in log.new_lines()}
    if not location or not shown.ok or lines.keys() != {ANSWERED, RENDERED}:
        raise RuntimeError(f"{url}: {redirect.status_code}, {shown.status_code}, {lines}")
    return Miss(
        photograph=file.photograph,
        format=file.format,
        width=file.width,
        first=round(1000 * (first - start), 2),
        second=round(1000 * (second - first), 2),
        api=lines[ANSWERED],
        rendered=lines[RENDERED],
    )
