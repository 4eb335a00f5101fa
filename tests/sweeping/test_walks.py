"""When a walk through a bucket begins."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.sweeping.walks import walk
from tests.fakes.objects import MemoryObjects
from tests.sweeping.conftest import House

REST = 86_400


@pytest.fixture
def looks() -> list[str]:
    """Behind which keys was looked."""
    return []


def go(house: House, looks: list[str], *, at_once: bool = False, following: str = "") -> bool:
    tools = house.wiring.sweeper._originals._tools
    tools = replace(tools, settings=replace(tools.settings, sweep_rest_seconds=REST))
    seconds = iter([1.0])

    def look(after: str) -> str:
        looks.append(after)
        return following

    return walk(tools, "a walk", look, lambda: next(seconds, 0.0), at_once=at_once)


def test_a_walk_at_its_end_rests(house: House, looks: list[str]) -> None:
    assert go(house, looks)
    house.wait(hours=23)
    assert go(house, looks)
    assert looks == [""]


def test_a_rested_walk_begins_anew(house: House, looks: list[str]) -> None:
    go(house, looks)
    house.wait(hours=24)
    go(house, looks)
    assert looks == ["", ""]


def test_a_walk_that_somebody_asks_for_begins_at_once(house: House, looks: list[str]) -> None:
    go(house, looks)
    go(house, looks, at_once=True)
    assert looks == ["", ""]


def test_a_walk_that_was_stopped_goes_on_at_once(house: House, looks: list[str]) -> None:
    assert not go(house, looks, following="k")
    assert go(house, looks)
    assert looks == ["", "k"]


def test_the_rest_is_counted_from_the_beginning(house: House, looks: list[str]) -> None:
    go(house, looks, following="k")
    house.now += timedelta(seconds=REST - 1)
    go(house, looks)
    house.now += timedelta(seconds=1)
    go(house, looks)
    assert looks == ["", "k", ""]


def test_many_files_are_not_asked_for_one_by_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(15):
        house.ready(f"photos/{number}.jpg")
    house.wait(hours=1)
    monkeypatch.delattr(MemoryObjects, "exists")
    assert house.sweep().images == 30
