"""The event bus on EventBridge."""

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of
from chalicelib.errors import TransientError
from chalicelib.model.outbox_event import OutboxEvent

SOURCE = "darkroom"


class EventBridge:
    """EventBridge implementation of EventBus: one bus, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def publish(self, outbox_events: Sequence[OutboxEvent]) -> None:
        """Publish at most ten events; TransientError if any was not accepted, for any reason.

        Even a missing permission counts as transient: until it is granted, nothing is lost.
        """
        try:
            response = clients.events().put_events(
                Entries=[
                    {
                        "EventBusName": self._name,
                        "Source": SOURCE,
                        "DetailType": outbox_event.name,
                        "Time": outbox_event.at,
                        "Detail": outbox_event.detail,
                    }
                    for outbox_event in outbox_events
                ]
            )
        except ClientError as reason:
            raise TransientError(f"EventBridge returned {code_of(reason)}.") from reason
        except BotoCoreError as reason:
            raise TransientError("EventBridge cannot be reached right now.") from reason
        if response["FailedEntryCount"]:
            codes = sorted(
                {entry["ErrorCode"] for entry in response["Entries"] if "ErrorCode" in entry}
            )
            raise TransientError(f"EventBridge did not accept all events: {', '.join(codes)}.")
