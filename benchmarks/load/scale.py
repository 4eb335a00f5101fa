"""How many images a second each part carries on AWS, from what one image takes of it."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks import results as benchmark
from benchmarks.costs.usage import assumed, mean_of
from benchmarks.load.results import Results
from ops.local.functions import limits_of

_LIMITS = Path(__file__).with_name("limits.toml")
_STAGE_RATE = 50  # requests a second that `make deploy` allows unless it is told otherwise
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


def units(results: Results, projection: str, name: str) -> float:
    """Write units of an image in the table or an index, all its steps together."""
    return sum(step.get(name, 0) for step in results.units[projection].values())


def carried(results: Results) -> list[Carried]:
    """All parts, the narrowest first."""
    parts = [*_functions(), *_tables(results), *_buckets()]
    return sorted(parts, key=lambda part: part.per_second)


def _functions() -> list[Carried]:
    limits, seconds, requests = world().limits, processing_seconds(), assumed().api_requests
    account = limits["api_account"]
    together = limits["lambda_concurrency"]
    return [
        Carried(
            part="API Gateway, the stage's throttle",
            takes=f"{requests} requests",
            limit=f"{_STAGE_RATE} a second",
            per_second=_STAGE_RATE / requests,
            turn="`make deploy ARGS='--api-rate 1000 --api-burst 2000'`",
        ),
        Carried(
            part="API Gateway, the account",
            takes=f"{requests} requests",
            limit=f"{account:,.0f} a second",
            per_second=account / requests,
            turn="a quota",
            source="api_account",
        ),
        Carried(
            part="`process_upload`",
            takes=f"{seconds:.2f} s of a function",
            limit=f"{together:,.0f} at once",
            per_second=together / seconds,
            turn="a quota: concurrent executions",
            source="lambda_concurrency",
        ),
    ]


def _tables(results: Results) -> list[Carried]:
    limits = world().limits
    table = sum(units(results, "ALL", name) for name in ("table", "by_owner", "by_unfinished"))
    owner, waiting = units(results, "ALL", "by_owner"), pending_units(results)
    partition = limits["dynamodb_partition"]
    return [
        Carried(
            part="DynamoDB, a new table",
            takes=f"{table:.0f} write units, with both indexes",
            limit=f"{limits['dynamodb_new_table']:,.0f} a second",
            per_second=limits["dynamodb_new_table"] / table,
            turn="nothing: it grows with use; or its warm throughput",
            source="dynamodb_new_table",
        ),
        Carried(
            part="DynamoDB, the table's quota",
            takes=f"{table:.0f} write units, with both indexes",
            limit=f"{limits['dynamodb_table']:,.0f} a second",
            per_second=limits["dynamodb_table"] / table,
            turn="a quota",
            source="dynamodb_table",
        ),
        Carried(
            part="`by_owner`, where all images are one owner's",
            takes=f"{owner:.0f} write units under one key",
            limit=f"{partition:,.0f} a second",
            per_second=partition / owner,
            turn="nothing; see below",
            source="dynamodb_partition",
        ),
        Carried(
            part="`by_unfinished`, its key `pending`",
            takes=f"{waiting:.0f} write units under one key",
            limit=f"{partition:,.0f} a second",
            per_second=partition / waiting,
            turn="nothing; see below",
            source="dynamodb_partition",
        ),
    ]


def pending_units(results: Results) -> float:
    """Write units of an image under the key `pending`: it is put there, and taken away."""
    steps = results.units["ALL"]
    return steps["pending"]["by_unfinished"] + steps["processing"]["by_unfinished"] / 2


def _buckets() -> list[Carried]:
    writes = world().limits["s3_writes"]
    return [
        Carried(
            part="S3, the images bucket",
            takes=f"{files()} writes",
            limit=f"{writes:,.0f} a second",
            per_second=writes / files(),
            turn="nothing; see below",
            source="s3_writes",
        ),
        Carried(
            part="S3, the uploads bucket",
            takes="1 write",
            limit=f"{writes:,.0f} a second",
            per_second=writes,
            turn="nothing; see below",
            source="s3_writes",
        ),
    ]
