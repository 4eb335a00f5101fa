"""Times until a stable URL shows a change: a new focal point, a new original, a deletion."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import requests

from benchmarks.load.killing import until
from benchmarks.stack import Stack
from benchmarks.views.filling import is_ready
from benchmarks.views.results import Change
from chalicelib.model import keys
from ops.local import names

FOCAL_POINT, ORIGINAL, DELETION = "a new focal point", "a new original", "a deletion"

_POINTS = ({"x": 0.1, "y": 0.1}, {"x": 0.9, "y": 0.9})
_VARIANT = "thumbnail"  # is cropped around the focal point
_KEYS = tuple(f"views/{number}.jpg" for number in range(100))
_TIMEOUT = 60.0  # seconds
_INTERVAL = 0.005


class Shown(NamedTuple):
    """What a URL responds: a status, and the file's entity tag."""

    status: int
    etag: str


def measured_changes(stack: Stack, files: Sequence[Path], times: int) -> tuple[Change, ...]:
    """Make each kind of change so many times, to images of these files."""
    first, *others = _stored(stack, files, times + 1)
    image = f"{stack.options.api_url}/images/{first}"
    points, bodies = cycle(_POINTS), cycle(file.read_bytes() for file in files[1:])

    def focus(_: str) -> None:
        point = {"focal_point": next(points)}
        requests.patch(image, json=point, timeout=_TIMEOUT).raise_for_status()

    def overwrite(_: str) -> None:
        _put(stack, _KEYS[0], next(bodies))

    def delete(image_id: str) -> None:
        address = f"{stack.options.api_url}/images/{image_id}"
        requests.delete(address, timeout=_TIMEOUT).raise_for_status()

    same = [first] * times
    return (
        _change(stack, FOCAL_POINT, same, focus, _is_new),
        _change(stack, ORIGINAL, same, overwrite, _is_new),
        _change(stack, DELETION, others, delete, _is_gone),
    )


def _stored(stack: Stack, files: Sequence[Path], number: int) -> list[str]:
    """The ids of so many images, put into the bucket and ready."""
    for key, file in zip(_KEYS[:number], cycle(files), strict=False):
        _put(stack, key, file.read_bytes())
    ids = [keys.derived_image_id(names.UPLOADS_BUCKET, key) for key in _KEYS[:number]]
    for image_id in ids:
        until(partial(is_ready, stack, image_id))
    return ids


def _put(stack: Stack, key: str, body: bytes) -> None:
    stack.client("s3").put_object(Bucket=names.UPLOADS_BUCKET, Key=key, Body=body)


def _change(
    stack: Stack,
    kind: str,
    ids: Sequence[str],
    change: Callable[[str], object],
    is_done: Callable[[Shown, Shown], bool],
) -> Change:
    seconds, calls, failures = [], [], 0
    with requests.Session() as session:
        for image_id in ids:
            url = f"{stack.options.site_url}/i/{image_id}/{_VARIANT}"
            before, start = _show(session, url), time.perf_counter()
            change(image_id)
            calls.append(round(time.perf_counter() - start, 4))
            while not is_done(before, shown := _show(session, url)):
                failures += shown != before
                time.sleep(_INTERVAL)
            seconds.append(round(time.perf_counter() - start, 4))
            until(partial(_is_settled, stack, image_id))
    return Change(kind=kind, seconds=tuple(seconds), calls=tuple(calls), failures=failures)


def _show(session: requests.Session, url: str) -> Shown:
    response = session.get(url, timeout=_TIMEOUT)
    return Shown(response.status_code, response.headers.get("ETag", ""))


def _is_new(before: Shown, shown: Shown) -> bool:
    return shown.status == requests.codes.ok and shown.etag != before.etag


def _is_gone(_: Shown, shown: Shown) -> bool:
    return shown.status == requests.codes.not_found


def _is_settled(stack: Stack, image_id: str) -> bool:
    """Whether nothing is left to do: the next change would otherwise wait for it."""
    response = requests.get(f"{stack.options.api_url}/images/{image_id}", timeout=_TIMEOUT)
    return response.status_code == requests.codes.not_found or response.json()["status"] in (
        "ready",
        "deleted",
    )
