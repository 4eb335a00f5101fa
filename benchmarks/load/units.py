"""`python -m benchmarks.load.units`: count the write units of an image with DynamoDB Local.

Of a transaction's rows without a condition and of equal size, DynamoDB Local counts only one, the
service each; here these rows are all small.

`measured_units` starts this program and DynamoDB Local, which `make system` downloads.
"""

import json
import subprocess
import sys
import tempfile
from datetime import timedelta
from typing import Any

import msgspec
from botocore.hooks import BaseEventHooks
from msgspec.structs import replace

from benchmarks.load.results import Units
from chalicelib.aws import clients
from chalicelib.aws.images import DynamoImages
from chalicelib.model.image import Event, Image, Status, TicketState
from ops.local.stack.credentials import make_credentials
from ops.local.stack.environment import aws_environment, inherited, stack_environment
from ops.local.stack.options import Options, read_options
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import Server, wait_until
from ops.local.stack.readiness import any_answer
from ops.local.storage.stores import table_definition
from ops.project import PROJECT

_TIMEOUT = 60.0  # seconds until DynamoDB Local responds
_SMALL = 2  # units of a row of at most 1 KB, in a transaction


def measured_units(ready: Image) -> dict[str, Units]:
    """Write units of each step on the way to `ready`, by the projection of the indexes."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as scratch:
        options = read_options({"AWS_PORT": str(port), "DATA_DIR": scratch})
        make_credentials(options.data)
        server = Server(
            "DynamoDB Local",
            [sys.executable, "-m", "ops.local.storage.aws"],
            stack_environment(options, "admin"),
            options.logs / "aws.log",
        )
        server.start()
        try:
            wait_until(lambda: any_answer(options.aws_url), server, _TIMEOUT, lambda: False)
            return _measured(options, ready)
        finally:
            server.stop()


def main() -> None:
    """Read a ready image as JSON, write it step by step, and print the units as JSON."""
    ready = msgspec.json.decode(sys.stdin.buffer.read(), type=Image)
    sys.stdout.write(json.dumps({name: _written(name, ready) for name in ("ALL", "KEYS_ONLY")}))


def _measured(options: Options, ready: Image) -> dict[str, Units]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.units"],
        cwd=PROJECT,
        env={**inherited(), **aws_environment(options, "admin")},
        input=msgspec.json.encode(ready),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Units] = json.loads(done.stdout)
    return found


def _written(projection: str, ready: Image) -> Units:
    definition = table_definition(projection)
    for index in definition["GlobalSecondaryIndexes"]:
        index["Projection"] = {"ProjectionType": projection}
    client = clients.dynamodb()
    client.create_table(**definition)
    meter = _Meter(client.meta.events)
    table = DynamoImages(projection)
    # A cold server may be so slow that boto3 retries, and then reports what reading takes.
    _put(table, replace(ready, id="warm", revision=0))
    found: Units = {}
    for revision, image in enumerate(_steps(ready)):
        _put(table, replace(image, revision=revision))
        found[image.status.value] = meter.units
    return found


def _put(table: DynamoImages, image: Image) -> None:
    table.put(image, Event(at=image.updated_at, event=image.status.value))


class _Meter:
    """The units of the last transaction."""

    def __init__(self, events: BaseEventHooks) -> None:
        self.units: dict[str, float] = {}
        self._uncounted = 0
        events.register("before-parameter-build.dynamodb.TransactWriteItems", self._request_units)
        events.register("after-call.dynamodb.TransactWriteItems", self._record)

    def _request_units(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        rows = [row for action in params["TransactItems"] for row in action.values()]
        free = [row for row in rows if "ConditionExpression" not in row]
        self._uncounted = _SMALL * (len(free) - 1)

    def _record(self, parsed: dict[str, Any], **_: Any) -> None:
        (used,) = parsed["ConsumedCapacity"]
        indexes = used.get("GlobalSecondaryIndexes", {})
        self.units = {name: index["CapacityUnits"] for name, index in indexes.items()}
        self.units["table"] = used["Table"]["CapacityUnits"] + self._uncounted


def _steps(ready: Image) -> tuple[Image, Image, Image]:
    """The image when it was announced, started and finished."""
    announced = Image(
        id=ready.id,
        status=Status.PENDING,
        owner=ready.owner,
        filename=ready.filename,
        bucket=ready.bucket,
        original_file=ready.original_file,
        content_type=ready.content_type,
        bytes=ready.bytes,
        created_at=ready.created_at,
        updated_at=ready.created_at,
        ticket=TicketState(
            expires_at=ready.created_at + timedelta(minutes=5), expected_sha256=ready.sha256
        ),
    )
    started = replace(announced, status=Status.PROCESSING).with_processing(
        sequencer=ready.processing.sequencer
    )
    return announced, started, ready


if __name__ == "__main__":
    main()
