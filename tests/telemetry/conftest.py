import json
import logging
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.telemetry import CloudWatch, write_json_lines
from tests.builders import s3_record
from tests.fakes.objects import MemoryObjects


class Log:
    """The lines written since the last read; all must be JSON."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        return self._capsys.readouterr().out

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def line(self, message: str) -> dict[str, Any]:
        """The one line with this message."""
        (found,) = [line for line in self.lines() if line["message"] == message]
        return found


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """This process's log, as `app.py` sets it up."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logging.captureWarnings(False)
    # Commands of the command line set its level, and some tests run them in this process.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.NOTSET)
    write_json_lines("INFO")
    yield Log(capsys)
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


class Functions:
    """The application's functions, called as by Lambda, over an uploads bucket in memory."""

    def __init__(self, client: Client, objects: MemoryObjects) -> None:
        self._client = client
        self._objects = objects
        self.http = client.http

    def upload(self, *files: tuple[str, bytes]) -> None:
        """Store the files, and call `process_upload` with one event for them all."""
        for key, data in files:
            self._objects.write("test-uploads", key, data, content_type="", cache_control="")
        self.invoke("process_upload", {"Records": [s3_record(key) for key, _ in files]})

    def invoke(self, function: str, event: dict[str, Any]) -> None:
        self._client.lambda_.invoke(function, event)

    def sweep(self) -> None:
        """Call `sweep` as the schedule does."""
        event = self._client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
        self.invoke("sweep", event)

    def invoke_with_messages(self, function: str, *messages: object) -> None:
        bodies = [json.dumps(message) for message in messages]
        self.invoke(function, self._client.events.generate_sqs_event(bodies))


@pytest.fixture
def functions(application: ModuleType, log: Log) -> Iterator[Functions]:
    application.wiring.telemetry = CloudWatch(tracing=False)
    with Client(application.app, stage_name="dev") as client:
        log.text()
        yield Functions(client, application.wiring.objects)
