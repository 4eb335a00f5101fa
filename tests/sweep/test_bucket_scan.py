"""When a scan of a bucket starts."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.sweep.bucket_scan import scan
from tests.fakes.objects import MemoryObjects
from tests.sweep.conftest import Harness

REST = 86_400


@pytest.fixture
def scanned() -> list[str]:
    """The keys after which pages were scanned."""
    return []


def run(
    harness: Harness, scanned: list[str], *, at_once: bool = False, following: str = ""
) -> bool:
    context = harness.wiring.sweeper._originals._context
    context = replace(context, settings=replace(context.settings, sweep_rest_seconds=REST))
    seconds = iter([1.0])

    def scan_page(after: str) -> str:
        scanned.append(after)
        return following

    return scan(context, "test", scan_page, lambda: next(seconds, 0.0), at_once=at_once)


def test_a_scan_pauses_at_its_end(harness: Harness, scanned: list[str]) -> None:
    assert run(harness, scanned)
    harness.wait(hours=23)
    assert run(harness, scanned)
    assert scanned == [""]


def test_a_scan_starts_again_after_its_pause(harness: Harness, scanned: list[str]) -> None:
    run(harness, scanned)
    harness.wait(hours=24)
    run(harness, scanned)
    assert scanned == ["", ""]


def test_a_requested_scan_starts_at_once(harness: Harness, scanned: list[str]) -> None:
    run(harness, scanned)
    run(harness, scanned, at_once=True)
    assert scanned == ["", ""]


def test_a_stopped_scan_continues_at_once(harness: Harness, scanned: list[str]) -> None:
    assert not run(harness, scanned, following="k")
    assert run(harness, scanned)
    assert scanned == ["", "k"]


def test_the_pause_is_counted_from_the_start(harness: Harness, scanned: list[str]) -> None:
    run(harness, scanned, following="k")
    harness.now += timedelta(seconds=REST - 1)
    run(harness, scanned)
    harness.now += timedelta(seconds=1)
    run(harness, scanned)
    assert scanned == ["", "k", ""]


def test_many_files_are_not_requested_one_by_one(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(15):
        harness.ready(f"photos/{number}.jpg")
    harness.wait(hours=1)
    monkeypatch.delattr(MemoryObjects, "exists")
    assert harness.sweep().images == 30
