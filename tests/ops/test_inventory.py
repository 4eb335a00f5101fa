import pytest

from ops.local.runtime.change_log import Change, StoredState
from ops.local.runtime.inventory import Inventory
from ops.local.storage.database import Database


def written(key: str, ts_ns: int, version: str = "aa/1.000000001") -> Change:
    return Change(key, ts_ns, state(key, version))


def state(key: str, version: str) -> StoredState:
    return StoredState(key, version.split("/")[0], 7, version)


def removed(key: str, ts_ns: int) -> Change:
    return Change(key, ts_ns, None)


@pytest.fixture
def inventory(database: Database) -> Inventory:
    return Inventory(database)


def functions(database: Database) -> list[str]:
    return [str(row[0]) for row in database.query("SELECT function FROM tasks ORDER BY id")]


def test_a_change_becomes_a_task(inventory: Inventory, database: Database) -> None:
    inventory.record([written("a", 10)], 10)
    inventory.record([removed("a", 20)], 20)
    assert functions(database) == ["process_upload", "process_removal"]
    assert inventory.cursor() == 20


def test_a_change_that_is_read_twice_becomes_one_task(
    inventory: Inventory, database: Database
) -> None:
    for _ in range(2):
        inventory.record([written("a", 10), removed("a", 20)], 20)
    assert functions(database) == ["process_upload", "process_removal"]


def test_the_same_state_logged_again_is_not_a_change(
    inventory: Inventory, database: Database
) -> None:
    inventory.record([written("a", 10)], 10)
    inventory.record([written("a", 20)], 20)
    assert functions(database) == ["process_upload"]


def test_an_error_leaves_neither_task_nor_cursor(inventory: Inventory, database: Database) -> None:
    def failing():  # type: ignore[no-untyped-def]
        yield written("a", 10)
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        inventory.record(failing(), 10)
    assert (functions(database), inventory.cursor()) == ([], 0)


def test_an_object_that_was_not_logged_becomes_a_task(
    inventory: Inventory, database: Database
) -> None:
    assert inventory.reconcile([state("a", "aa/1")], 30) == 1
    assert functions(database) == ["process_upload"]


def test_a_recorded_object_does_not_become_a_task_again(
    inventory: Inventory, database: Database
) -> None:
    inventory.record([written("a", 10)], 10)
    for _ in range(2):
        assert inventory.reconcile([state("a", "aa/1"), state("b", "bb/1")], 30) in (1, 0)
    assert functions(database) == ["process_upload", "process_upload"]


def test_an_overwrite_that_was_not_logged_becomes_a_task(
    inventory: Inventory, database: Database
) -> None:
    inventory.record([written("a", 10)], 10)
    assert inventory.reconcile([state("a", "bb/2")], 30) == 1
    assert functions(database) == ["process_upload", "process_upload"]


def test_a_removal_that_was_not_logged_becomes_a_task(
    inventory: Inventory, database: Database
) -> None:
    inventory.record([written("a", 10)], 10)
    assert inventory.reconcile([], 30) == 1
    assert inventory.reconcile([], 40) == 0
    assert functions(database) == ["process_upload", "process_removal"]


def test_a_late_log_entry_of_a_reconciled_object_is_ignored(
    inventory: Inventory, database: Database
) -> None:
    inventory.reconcile([state("a", "aa/1")], 30)
    inventory.record([written("a", 10)], 31)
    assert functions(database) == ["process_upload"]


def test_a_probe_is_recorded_but_is_not_a_task(inventory: Inventory, database: Database) -> None:
    inventory.record([written(".darkroom-probe/1", 10), removed(".darkroom-probe/1", 11)], 11)
    assert (functions(database), database.mark("probe")) == ([], ".darkroom-probe/1")


def test_old_removals_are_dropped(inventory: Inventory, database: Database) -> None:
    day = 86_400 * 10**9
    inventory.record([written("a", 10), removed("a", 20), written("b", 10)], 20)
    inventory.forget_removed(day + 21)
    assert database.query("SELECT key FROM objects") == [("b",)]
