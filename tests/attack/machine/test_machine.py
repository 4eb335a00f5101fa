import os
from collections import Counter
from pathlib import Path

from tests.attack.machine.running import prepared, run
from tests.attack.machine.stores import running_stores


def test_whatever_happens_every_object_ends_as_it_must(tmp_path: Path) -> None:
    tally = Counter[str]()
    with running_stores(tmp_path) as stores, prepared(stores, tally) as machine:
        run(machine, int(os.environ.get("W", "3")))
    print(tally)
