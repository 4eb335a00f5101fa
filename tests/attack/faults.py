"""Faults between the application and its stores, as data."""

import json
from enum import StrEnum
from typing import NamedTuple

TIME_IS_UP = 599  # the status by which the wire makes a worker's call time out

_CANCELLED = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"


def is_write(call: str) -> bool:
    """Whether a call of this name (`GetItem`, `PUT /bucket/key`) changes a store."""
    writes = ("TransactWriteItems", "PutEvents", "DeleteItem")
    return call in writes or call.startswith(("PUT ", "DELETE "))


class Kind(StrEnum):
    """How an attempt ends."""

    ERROR = "error"  # throttled before the work, an internal error after it
    TIMEOUT = "timeout"  # no response; the client times out at once, by TIME_IS_UP
    RESET = "reset"  # RST instead of a response
    TRUNCATED = "truncated"  # half of the response, with its full Content-Length
    KILLED = "killed"  # SIGKILL of the worker's process


class Manner(NamedTuple):
    """A kind, and whether the server does the work first, so that only its response is lost."""

    kind: Kind
    done: bool

    @property
    def for_good(self) -> int:
        """How many attempts must fail for a call to fail: boto3 makes four."""
        return 1 if self.kind is Kind.KILLED else 4

    def differs(self, call: str) -> bool:
        """Whether it affects a call of this name differently from all other manners.

        For a read, it does not matter whether the work was done.
        """
        return not self.done or self.kind is Kind.TRUNCATED or is_write(call)

    def __str__(self) -> str:
        return f"{self.kind} {'after' if self.done else 'before'} the work"


class Fault(NamedTuple):
    """From the `call`th call to a store on (1 is the first), `attempts` attempts end in `manner`.

    A throttled transaction is cancelled with `causes`, one for each of its rows.
    """

    manner: Manner
    call: int
    attempts: int
    causes: tuple[str, ...] = ("None", "ThrottlingError")

    def cancelled(self) -> bytes:
        """DynamoDB's response to such a transaction."""
        reasons = [{"Code": cause} for cause in self.causes]
        return json.dumps({"__type": _CANCELLED, "CancellationReasons": reasons}).encode()


_EITHER = (Kind.ERROR, Kind.TIMEOUT, Kind.RESET)
BREAKING = (
    *(Manner(kind, done) for kind in _EITHER for done in (False, True)),
    Manner(Kind.TRUNCATED, done=True),
)
KILLING = (Manner(Kind.KILLED, done=False), Manner(Kind.KILLED, done=True))
