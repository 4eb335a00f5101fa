from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.local.runtime import tasks
from ops.local.runtime.tasks import Tasks
from ops.local.runtime.worker import Worker
from ops.local.storage.database import Database


class Application(SimpleNamespace):
    """An application whose function fails `failures` times, then stops the worker."""

    def __init__(self, failures: int) -> None:
        super().__init__(failures=failures, calls=[])

    def process_upload(self, event: dict[str, Any], context: Any) -> None:
        self.calls.append((event, context.aws_request_id))
        if len(self.calls) <= self.failures:
            raise ValueError("away")
        self.worker.stop(15, None)


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_an_event_is_tried_until_it_succeeds(
    database: Database, tmp_path: Path, failures: int
) -> None:
    application = Application(failures)
    queue = Tasks(database, (0.0, 0.0))
    application.worker = Worker(application, queue)  # type: ignore[arg-type]
    with database.change() as connection:
        tasks.add(connection, "event", "process_upload", {"Records": [tmp_path.name]})
    application.worker.work()
    assert application.calls == [application.calls[0]] * (failures + 1)
    assert queue.count() == 0
