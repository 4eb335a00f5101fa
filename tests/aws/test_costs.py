"""What a processing takes of DynamoDB, counted by DynamoDB."""

from types import ModuleType
from typing import Any

from chalicelib import costs
from chalicelib.aws import clients
from chalicelib.aws.table import DynamoImages
from chalicelib.records import Status
from chalicelib.uploads import PostTicket
from tests.builders import put, version
from tests.pictures import jpeg


class Meter:
    """Adds up the units that DynamoDB says its answers took, those of the indexes too.

    Of a transaction's rows without a condition, all small here, DynamoDB Local counts only one;
    the service counts each.
    """

    def __init__(self) -> None:
        self.written = self.read = 0.0
        events = clients.dynamodb().meta.events
        events.register("provide-client-params.dynamodb", self._ask)
        events.register("provide-client-params.dynamodb.TransactWriteItems", self._count_rows)
        events.register("after-call.dynamodb", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def _count_rows(self, params: dict[str, Any], **_: Any) -> None:
        free = [row for row in params["TransactItems"] if "ConditionExpression" not in row["Put"]]
        self.written += 2 * (len(free) - 1)

    def _note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed["ConsumedCapacity"]
        units = sum(
            one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed])
        )
        if model.name == "TransactWriteItems":
            self.written += units
        else:
            self.read += units


def test_a_picture_takes_about_the_units_that_its_cost_counts(
    application: ModuleType, dynamodb_table: DynamoImages
) -> None:
    wiring = application.wiring
    wiring.table = dynamodb_table
    ticket = wiring.tickets.post("everyone", "cat.jpg", "image/jpeg", 9, None)
    assert isinstance(ticket, PostTicket)
    key = ticket.fields["key"]
    put(wiring, jpeg(2400, 1800), key)
    meter = Meter()
    done = wiring.processor.process(version(key))
    assert done.status is Status.READY
    assert costs.write_units(4) == meter.written
    assert meter.read == 4
