"""The DynamoDB units that processing consumes, as DynamoDB counts them."""

from types import ModuleType
from typing import Any

from chalicelib.aws import clients
from chalicelib.model.image import Status
from chalicelib.uploads.tickets import PostTicket
from chalicelib.views import costs
from tests.aws.stores import DynamoTable
from tests.builders import put, version
from tests.pictures import jpeg


class Meter:
    """Adds up the consumed units in DynamoDB's responses, including those of the indexes.

    DynamoDB Local counts only one of a transaction's rows without a condition, all small here; the
    service counts each.
    """

    def __init__(self) -> None:
        self.written = self.read = 0.0
        events = clients.dynamodb().meta.events
        events.register("provide-client-params.dynamodb", self._request_units)
        events.register("provide-client-params.dynamodb.TransactWriteItems", self._count_rows)
        events.register("after-call.dynamodb", self._add_units)

    def _request_units(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def _count_rows(self, params: dict[str, Any], **_: Any) -> None:
        rows = [row for action in params["TransactItems"] for row in action.values()]
        free = [row for row in rows if "ConditionExpression" not in row]
        self.written += 2 * (len(free) - 1)

    def _add_units(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed["ConsumedCapacity"]
        entries = consumed if isinstance(consumed, list) else [consumed]
        units = sum(entry["CapacityUnits"] for entry in entries)
        if model.name == "TransactWriteItems":
            self.written += units
        else:
            self.read += units


def test_processing_consumes_the_units_that_its_cost_counts(
    application: ModuleType, dynamodb_table: DynamoTable
) -> None:
    wiring = application.wiring
    wiring.images = dynamodb_table
    ticket = wiring.tickets.post("everyone", "IMG_1234.jpg", "image/jpeg", 9, None)
    assert isinstance(ticket, PostTicket)
    key = ticket.fields["key"]
    put(wiring, jpeg(2400, 1800), key)
    meter = Meter()
    done = wiring.processor.process(version(key))
    assert done.status is Status.READY
    assert costs.write_units(4) == meter.written
    assert meter.read == 4
