"""Calls the sweep at intervals, as an EventBridge schedule rule does."""

import logging
import sqlite3
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from ops.local import names
from ops.local.runtime import tasks
from ops.local.stack.options import Options
from ops.local.storage.database import Database

_log = logging.getLogger("schedule")
_WAITING = "SELECT 1 FROM tasks WHERE function = ?"


def start_schedule(options: Options) -> None:
    """Run the schedule in its own daemon thread."""
    threading.Thread(target=_keep_time, args=(options,), daemon=True).start()


def schedule_event(function: str) -> dict[str, Any]:
    """The event document that EventBridge sends to a scheduled function."""
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
    """Queue a call of the function, unless an earlier call is unfinished."""
    with database.change() as connection:
        if not connection.execute(_WAITING, (function,)).fetchall():
            tasks.add(connection, "schedule", function, schedule_event(function))


def _keep_time(options: Options) -> None:
    database = Database(options.data / "events.sqlite")
    first, every = options.sweep_seconds
    time.sleep(first)
    while True:
        try:
            call(database, names.SWEEP)
        except sqlite3.OperationalError as error:
            _log.warning("The sweep is skipped: %s", error)
        time.sleep(every)
