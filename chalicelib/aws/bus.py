"""The bus that EventBridge is."""

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of
from chalicelib.errors import PassingFault
from chalicelib.notices import Notice

SOURCE = "darkroom"


class EventBridge:
    """One bus, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def publish(self, notices: Sequence[Notice]) -> None:
        """Hand over at most ten notices; PassingFault where one was not taken, whyever.

        Even a missing permission passes, once somebody gives it: until then nothing is lost.
        """
        try:
            answer = clients.events().put_events(
                Entries=[
                    {
                        "EventBusName": self._name,
                        "Source": SOURCE,
                        "DetailType": notice.name,
                        "Time": notice.at,
                        "Detail": notice.detail,
                    }
                    for notice in notices
                ]
            )
        except ClientError as reason:
            raise PassingFault(f"EventBridge says {code_of(reason)}.") from reason
        except BotoCoreError as reason:
            raise PassingFault("EventBridge cannot be reached right now.") from reason
        if answer["FailedEntryCount"]:
            codes = sorted(
                {entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry}
            )
            raise PassingFault(f"EventBridge did not take all: {', '.join(codes)}.")
