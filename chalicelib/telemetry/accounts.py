"""What is written of each fact: nobody's file names, no keys, no owners."""

from msgspec import Struct

from chalicelib.facts import (
    Announced,
    Erased,
    Fact,
    Finished,
    GivenUp,
    Sent,
    Swept,
    Unchanged,
    Untold,
)
from chalicelib.records import Status
from chalicelib.telemetry.metrics import REJECTIONS, Figures


class Account(Struct, frozen=True):
    """A message, the fields beside it, and the figures of it that are metrics."""

    message: str
    fields: dict[str, object]
    figures: Figures = {}
    reason: str | None = None


def account_of(fact: Fact) -> Account:
    """The account of `fact`."""
    match fact:
        case Announced():
            return Account(
                "ticket given", {"content_type": fact.content_type, "bytes_announced": fact.bytes}
            )
        case Finished():
            return _finished(fact)
        case Unchanged():
            return Account("nothing to do", {"why": fact.why})
        case GivenUp():
            return Account("picture failed", {"cause": fact.cause}, {"Failures": 1})
        case Erased():
            return Account("image erased", {"objects": fact.objects, "verified": fact.verified})
        case Swept():
            return Account("sweep ended", dict(fact.counts), {"Repairs": fact.repairs})
        case Untold() | Sent():
            return _told(fact)


def _told(fact: Untold | Sent) -> Account:
    if isinstance(fact, Untold):
        return Account("event to be told later", {"event": fact.name, "why": fact.why})
    fields = {"event": fact.name, "status": fact.status, "tries": fact.tries}
    return Account("webhook sent", fields)


def _finished(fact: Finished) -> Account:
    image = fact.image
    rejected = image.status is Status.REJECTED
    fields: dict[str, object] = {
        "content_type": image.content_type,
        "width": image.width,
        "height": image.height,
        "renditions": len(image.renditions),
        "milliseconds": image.milliseconds,
        "cost_usd_estimate": image.cost_usd_estimate,
    }
    return Account(
        f"picture {image.status.value}",
        {name: value for name, value in fields.items() if value is not None},
        {
            "Pictures": int(not rejected),
            REJECTIONS: int(rejected),
            **_bytes(fact),
            **_milliseconds(fact),
        },
        image.reason.value if image.reason else None,
    )


def _bytes(fact: Finished) -> Figures:
    """What came in, unless it was too much to be read, and what went out, where something did."""
    image = fact.image
    figures = {"BytesIn": image.bytes} if image.bytes is not None else {}
    if image.renditions:
        figures["BytesOut"] = sum(rendition.bytes for rendition in image.renditions)
    return figures


def _milliseconds(fact: Finished) -> Figures:
    return {
        f"{lap.phase.value.capitalize()}Milliseconds": round(lap.seconds * 1000, 1)
        for lap in fact.laps
    }
