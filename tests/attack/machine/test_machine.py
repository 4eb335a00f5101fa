from pathlib import Path

from tests.attack.machine.account import Account
from tests.attack.machine.running import STEPS, prepared, run
from tests.attack.machine.stores import running_stores

_STEPS = 2_000


def test_whatever_happens_every_object_ends_as_it_must(tmp_path: Path) -> None:
    account = Account()
    with running_stores(tmp_path) as stores, prepared(stores, account) as machine:
        run(machine, worlds=_STEPS // STEPS)
    assert account.steps >= _STEPS
