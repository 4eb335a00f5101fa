"""What pytest-xdist gives to one process together, and what it begins with.

Tests that share servers stay together, so that these are started once. The long ones come first: at
the end no process is left alone with one. More processes than cores are of use: each waits for its
servers now and then.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Folders and files; whatever is below one stays together.
FIRST = (
    "tests/attack/machine/",
    "tests/e2e/",
    "tests/deploy/",
    "tests/stack/test_starting.py",
    "tests/stack/test_crashes.py",
    "tests/upkeep/test_verbs.py",
    "tests/policies/",
    "tests/attack/",
    "tests/hostile/test_hostile.py",
    "tests/artifact/",
    "tests/aws/",
)


def scope(nodeid: str) -> str:
    """What goes to the same process as the test `nodeid`: a folder's tests, else a file's."""
    file = nodeid.partition("::")[0]
    return next((place for place in FIRST if file.startswith(place)), file)


class Together(LoadScopeScheduling):
    """Scopes are ours; they are given out in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {place: number for number, place in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(scope(item.nodeid), len(order)))
