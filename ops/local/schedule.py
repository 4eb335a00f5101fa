"""EventBridge's clock: the sweep is called every some minutes, as a rule of AWS would call it."""

import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from ops.local import names, tasks
from ops.local.database import Database
from ops.local.options import Options

_WAITING = "SELECT 1 FROM tasks WHERE function = ?"


def start_schedule(options: Options) -> None:
    """Keep the time in a thread of its own, for as long as the process lives."""
    threading.Thread(target=_keep_time, args=(options,), daemon=True).start()


def schedule_event(function: str) -> dict[str, Any]:
    """The event document that EventBridge sends to a function of the schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": names.ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": names.REGION,
        "resources": [names.rule_arn(function)],
        "detail": {},
    }


def call(database: Database, function: str) -> None:
    """Let a worker call the function, unless an earlier call is not at its end yet."""
    with database.change() as connection:
        if not connection.execute(_WAITING, (function,)).fetchall():
            tasks.add(connection, "schedule", function, schedule_event(function))


def _keep_time(options: Options) -> None:
    database = Database(options.data / "events.sqlite")
    first, every = options.sweep_seconds
    time.sleep(first)
    while True:
        call(database, names.SWEEP)
        time.sleep(every)
