import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.machine.account import Account
from tests.attack.machine.running import prepared, run
from tests.attack.machine.stores import running_stores

_WORLDS = 31
_STEPS = 2_000  # and some more


@pytest.fixture
def sockets_left() -> Iterator[None]:
    """Killed calls close no sockets: they are collected here, and not during a later test."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.usefixtures("sockets_left")
def test_whatever_happens_all_guarantees_hold(tmp_path: Path) -> None:
    account = Account()
    with running_stores(tmp_path) as stores, prepared(stores, account) as machine:
        run(machine, _WORLDS)
    assert account.steps >= _STEPS
