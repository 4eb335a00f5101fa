"""How many images a second each part carries on AWS, from what one image takes of it."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks import results as benchmark
from benchmarks.costs.bills import EVENT_UNITS, LIMIT_UNITS
from benchmarks.costs.usage import assumed, mean_of
from benchmarks.load.results import Results
from chalicelib.aws.items import SHARDS
from ops.local.functions import limits_of

_LIMITS = Path(__file__).with_name("limits.toml")
_STAGE_RATE = 50  # requests a second that `make deploy` allows unless it is told otherwise
_NOTHING = "nothing; see below"

AGAIN = 5  # calls at once of process_again, as app.py asks for


class Month(Struct, frozen=True, forbid_unknown_fields=True):
    """How many images come; `peak` is the busiest hour over the mean one."""

    images: int
    peak: float
    hours: int

    @property
    def mean(self) -> float:
        """Images a second."""
        return self.images / self.hours / 3600


class Assumed(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds that nothing here can measure."""

    s3_seconds: float
    dynamodb_seconds: float
    invalidation_seconds: float
    upload_seconds: float


class World(Struct, frozen=True, forbid_unknown_fields=True):
    """`limits.toml`: limits by name, and where AWS tells them."""

    month: Month
    assumed: Assumed
    limits: dict[str, float]
    sources: dict[str, str]


class Carried(Struct, frozen=True, kw_only=True):
    """A part: what one image takes, what there is a second, and what raises it."""

    part: str
    takes: str
    limit: str
    per_second: float
    turn: str
    source: str = ""


@cache
def world() -> World:
    """What `limits.toml` says."""
    return msgspec.toml.decode(_LIMITS.read_bytes(), type=World)


def processing_seconds() -> float:
    """Of one processing on Lambda, as docs/cost.md bills it, with its part of the cold starts."""
    usage = assumed()
    memory = limits_of("process_upload").megabytes
    mean = mean_of(benchmark.load(), memory, usage.viewed)
    cold = usage.cold_share * usage.cold_milliseconds
    return (mean.milliseconds + usage.waiting_milliseconds + cold) / 1000


def files() -> int:
    """What a processing writes into the images bucket: the renditions and the manifest."""
    usage = assumed()
    return mean_of(benchmark.load(), 1769, usage.viewed).files + 1


def units(results: Results, name: str, projection: str = "KEYS_ONLY") -> float:
    """Write units of an image in the table or an index, all its steps together."""
    return sum(step.get(name, 0) for step in results.units[projection].values())


def carried(results: Results) -> list[Carried]:
    """All parts, the narrowest first."""
    parts = [*_functions(), *_tables(results), *_buckets()]
    return sorted(parts, key=lambda part: part.per_second)


def _functions() -> list[Carried]:
    seconds, requests = processing_seconds(), assumed().api_requests
    asked, busy = f"{requests} requests", f"{seconds:.2f} s of a function"
    stage = Carried(
        part="API Gateway, the stage's throttle",
        takes=asked,
        limit=f"{_STAGE_RATE} a second",
        per_second=_STAGE_RATE / requests,
        turn="`make deploy ARGS='--api-rate 1000 --api-burst 2000'`",
    )
    quota = "a quota: concurrent executions"
    return [
        stage,
        _carried("API Gateway, the account", requests, asked, "api_account", "a quota"),
        _carried("`process_upload`", seconds, busy, "lambda_concurrency", quota, "at once"),
        _carried("EventBridge, in us-east-1", 1, "1 event", "events", "a quota"),
    ]


def _tables(results: Results) -> list[Carried]:
    owner, waiting = units(results, "by_owner"), pending_units(results)
    indexed = units(results, "table") + owner + units(results, "by_unfinished")
    table = indexed + EVENT_UNITS + LIMIT_UNITS
    whole = f"{table:.0f} write units, with indexes, event and limits"
    one, other = f"{owner:.0f} write units under one key", f"{waiting:.0f} write units"
    all_one = "`by_owner`, where all images are one owner's"
    pending = f"`by_unfinished`, its {SHARDS} keys of `pending`"
    growing = "nothing: it grows with use; or its warm throughput"
    return [
        _carried("DynamoDB, a new table", table, whole, "dynamodb_new_table", growing),
        _carried("DynamoDB, the table's quota", table, whole, "dynamodb_table", "a quota"),
        _carried(all_one, owner, one, "dynamodb_partition", _NOTHING),
        _carried(pending, waiting, other, "dynamodb_partition", _NOTHING, shares=SHARDS),
    ]


def pending_units(results: Results) -> float:
    """Write units of an image under a key of `pending`: it is put there, and taken away."""
    steps = results.units["KEYS_ONLY"]
    return steps["pending"]["by_unfinished"] + steps["processing"]["by_unfinished"] / 2


def _buckets() -> list[Carried]:
    written = files()
    return [
        _carried("S3, the images bucket", written, f"{written} writes", "s3_writes", _NOTHING),
        _carried("S3, the uploads bucket", 1, "1 write", "s3_writes", _NOTHING),
    ]


def _carried(
    part: str,
    takes: float,
    said: str,
    limit: str,
    turn: str,
    by: str = "a second",
    shares: int = 1,
) -> Carried:
    there = world().limits[limit] * shares
    return Carried(
        part=part,
        takes=said,
        limit=f"{there:,.0f} {by}",
        per_second=there / takes,
        turn=turn,
        source=limit,
    )
