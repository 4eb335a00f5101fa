"""`python -m benchmarks.load.units`: what an image writes into DynamoDB, as AWS's server counts.

Of a transaction's rows without a condition that take as much, DynamoDB Local counts only one;
here they are all small, and the service counts each.

It needs DynamoDB Local, which `make system` fetches; `measured_units` starts both.
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
from chalicelib.aws.table import DynamoImages
from chalicelib.records import Event, Image, Status
from ops.local import names
from ops.local.credentials import make_credentials
from ops.local.environment import aws_environment, inherited, stack_environment
from ops.local.options import Options, read_options
from ops.local.ports import free_ports
from ops.local.processes import Server, wait_until
from ops.local.readiness import any_answer
from ops.local.stores import table_definition

_PATIENCE = 60.0  # seconds until DynamoDB Local answers
_SMALL = 2  # units of a row of 1 KB at most, in a transaction


def measured_units(ready: Image) -> dict[str, Units]:
    """Write units by the indexes' projection: those of each step on the way to `ready`."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as scratch:
        options = read_options({"AWS_PORT": str(port), "DATA_DIR": scratch})
        make_credentials(options.data)
        server = Server(
            "DynamoDB Local",
            [sys.executable, "-m", "ops.local.aws"],
            stack_environment(options, "admin"),
            options.logs / "aws.log",
        )
        server.start()
        try:
            wait_until(lambda: any_answer(options.aws_url), server, _PATIENCE, lambda: False)
            return _measured(options, ready)
        finally:
            server.stop()


def main() -> None:
    """Read a ready image as JSON, write it step by step, and print the units as JSON."""
    ready = msgspec.json.decode(sys.stdin.buffer.read(), type=Image)
    sys.stdout.write(json.dumps({one: _written(one, ready) for one in ("ALL", "KEYS_ONLY")}))


def _measured(options: Options, ready: Image) -> dict[str, Units]:
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.units"],
        cwd=names.PROJECT,
        env={**inherited(), **aws_environment(options, "admin")},
        input=msgspec.json.encode(ready),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Units] = json.loads(asked.stdout)
    return found


def _written(projection: str, ready: Image) -> Units:
    definition = table_definition(projection)
    for index in definition["GlobalSecondaryIndexes"]:
        index["Projection"] = {"ProjectionType": projection}
    client = clients.dynamodb()
    client.create_table(**definition)
    meter = _Meter(client.meta.events)
    table = DynamoImages(projection)
    # A cold server may take so long that boto3 asks again, and then tells what reading takes.
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
        events.register("before-parameter-build.dynamodb.TransactWriteItems", self._ask)
        events.register("after-call.dynamodb.TransactWriteItems", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        free = [row for row in params["TransactItems"] if "ConditionExpression" not in row["Put"]]
        self._uncounted = _SMALL * (len(free) - 1)

    def _note(self, parsed: dict[str, Any], **_: Any) -> None:
        (used,) = parsed["ConsumedCapacity"]
        indexes = used.get("GlobalSecondaryIndexes", {})
        self.units = {name: index["CapacityUnits"] for name, index in indexes.items()}
        self.units["table"] = used["Table"]["CapacityUnits"] + self._uncounted


def _steps(ready: Image) -> tuple[Image, Image, Image]:
    """The image as it was announced, begun and finished."""
    announced = Image(
        id=ready.id,
        status=Status.PENDING,
        owner=ready.owner,
        filename=ready.filename,
        bucket=ready.bucket,
        original_file=ready.original_file,
        content_type=ready.content_type,
        bytes=ready.bytes,
        expected_sha256=ready.sha256,
        created_at=ready.created_at,
        updated_at=ready.created_at,
        expires_at=ready.created_at + timedelta(minutes=5),
    )
    begun = replace(announced, status=Status.PROCESSING, sequencer=ready.sequencer)
    return announced, begun, ready


if __name__ == "__main__":
    main()
