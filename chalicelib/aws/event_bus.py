"""The event bus on EventBridge."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of
from chalicelib.errors import TransientError
from chalicelib.model.outbox_event import OutboxEvent

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "darkroom"
_LARGEST = 256 * 1024  # bytes of all entries of a request
_TIME = 14  # bytes of an entry's time, as EventBridge counts them


class EventBridge:
    """EventBridge implementation of EventBus: one bus, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def publish(self, outbox_events: Sequence[OutboxEvent]) -> None:
        """Publish at most ten events; TransientError if any was not accepted, for any reason.

        Even a missing permission counts as transient: until it is granted, nothing is lost.
        """
        for batch in _batches(outbox_events):
            self._put([self._entry(outbox_event) for outbox_event in batch])

    def _entry(self, outbox_event: OutboxEvent) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": outbox_event.name,
            "Time": outbox_event.at,
            "Detail": outbox_event.detail,
        }

    def _put(self, entries: Sequence["PutEventsRequestEntryTypeDef"]) -> None:
        try:
            response = clients.events().put_events(Entries=entries)
        except ClientError as reason:
            raise TransientError(f"EventBridge returned {code_of(reason)}.") from reason
        except BotoCoreError as reason:
            raise TransientError("EventBridge cannot be reached right now.") from reason
        if response["FailedEntryCount"]:
            codes = sorted(
                {entry["ErrorCode"] for entry in response["Entries"] if "ErrorCode" in entry}
            )
            raise TransientError(f"EventBridge did not accept all events: {', '.join(codes)}.")


def _batches(outbox_events: Sequence[OutboxEvent]) -> Iterator[list[OutboxEvent]]:
    """The events in order, in groups that a request can hold."""
    batch: list[OutboxEvent] = []
    size = 0
    for outbox_event in outbox_events:
        length = _TIME + len(SOURCE) + len(outbox_event.name) + len(outbox_event.detail.encode())
        if batch and size + length > _LARGEST:
            yield batch
            batch, size = [], 0
        batch.append(outbox_event)
        size += length
    if batch:
        yield batch
