"""Images a second that each part on AWS can handle, from what an image uses of it."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks import results as benchmark
from benchmarks.costs.bills import EVENT_UNITS, LIMIT_UNITS
from benchmarks.costs.usage import assumed, mean_of
from benchmarks.load.results import Results
from chalicelib.aws.table_keys import SHARDS
from ops.local.runtime.functions import limits_of

_LIMITS = Path(__file__).with_name("limits.toml")
_STAGE_RATE = 50  # requests a second that `make deploy` allows by default
_NOTHING = "nothing; see below"
_ENTRY = 2  # write units of a search entry, in a transaction

REPROCESSING = 5  # maximum_concurrency of process_again in app.py


class Month(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of images; `peak` is the busiest hour over the mean one."""

    images: int
    peak: float
    hours: int

    @property
    def mean(self) -> float:
        """Images a second."""
        return self.images / self.hours / 3600


class Assumed(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds that cannot be measured here."""

    s3_seconds: float
    dynamodb_seconds: float
    invalidation_seconds: float
    upload_seconds: float


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """`limits.toml`: AWS's limits by name, and the pages that state them."""

    month: Month
    assumed: Assumed
    limits: dict[str, float]
    sources: dict[str, str]


class Capacity(Struct, frozen=True, kw_only=True):
    """A part: what an image uses, its limit, images a second, and what raises the limit."""

    part: str
    takes: str
    limit: str
    per_second: float
    raised_by: str
    source: str = ""


@cache
def scenario() -> Scenario:
    """The contents of `limits.toml`."""
    return msgspec.toml.decode(_LIMITS.read_bytes(), type=Scenario)


def processing_seconds() -> float:
    """Seconds of a processing on Lambda, as billed in docs/cost.md, with cold starts."""
    usage = assumed()
    memory = limits_of("process_upload").megabytes
    mean = mean_of(benchmark.load(), memory, usage.viewed)
    cold = usage.cold_share * usage.cold_milliseconds
    return (mean.milliseconds + usage.waiting_milliseconds + cold) / 1000


def files() -> int:
    """Number of files that a processing writes: the renditions and the manifest."""
    usage = assumed()
    return mean_of(benchmark.load(), 1769, usage.viewed).files + 1


def units(results: Results, name: str, projection: str = "KEYS_ONLY") -> float:
    """Write units for an image in the table or index `name`, all steps together."""
    return sum(step.get(name, 0) for step in results.units[projection].values())


def capacities(results: Results) -> list[Capacity]:
    """All parts, the smallest capacity first."""
    parts = [*_functions(), *_tables(results), *_buckets()]
    return sorted(parts, key=lambda part: part.per_second)


def _functions() -> list[Capacity]:
    seconds, requests = processing_seconds(), assumed().api_requests
    calls, busy = f"{requests} requests", f"{seconds:.2f} s of a function"
    stage = Capacity(
        part="API Gateway, the stage's throttle",
        takes=calls,
        limit=f"{_STAGE_RATE} a second",
        per_second=_STAGE_RATE / requests,
        raised_by="`make deploy ARGS='--api-rate 1000 --api-burst 2000'`",
    )
    quota = "a quota: concurrent executions"
    return [
        stage,
        _capacity("API Gateway, the account", requests, calls, "api_account", "a quota"),
        _capacity("`process_upload`", seconds, busy, "lambda_concurrency", quota, "at once"),
        _capacity("EventBridge, in us-east-1", 1, "1 event", "events", "a quota"),
    ]


def _tables(results: Results) -> list[Capacity]:
    owner, waiting = units(results, "by_owner"), pending_units(results)
    indexed = units(results, "table") + owner + units(results, "by_unfinished")
    table = indexed + EVENT_UNITS + LIMIT_UNITS
    whole = f"{table:.0f} write units, with indexes, event and limits"
    by_owner, by_status = f"{owner:.0f} write units under one key", f"{waiting:.0f} write units"
    single_owner = "`by_owner`, if all images are one owner's"
    entries = "search entries of a word or an order, likewise"
    pending = f"`by_unfinished`, its {SHARDS} keys of `pending`"
    growing = "nothing: it grows with use; or warm throughput"
    return [
        _capacity("DynamoDB, a new table", table, whole, "dynamodb_new_table", growing),
        _capacity("DynamoDB, the table's quota", table, whole, "dynamodb_table", "a quota"),
        _capacity(single_owner, owner, by_owner, "dynamodb_partition", _NOTHING),
        _capacity(entries, _ENTRY, f"{_ENTRY} write units", "dynamodb_partition", _NOTHING),
        _capacity(pending, waiting, by_status, "dynamodb_partition", _NOTHING, shares=SHARDS),
    ]


def pending_units(results: Results) -> float:
    """Write units for an image under a key of `pending`: it is put there, and removed."""
    steps = results.units["KEYS_ONLY"]
    return steps["pending"]["by_unfinished"] + steps["processing"]["by_unfinished"] / 2


def _buckets() -> list[Capacity]:
    written = files()
    return [
        _capacity("S3, the images bucket", written, f"{written} writes", "s3_writes", _NOTHING),
        _capacity("S3, the uploads bucket", 1, "1 write", "s3_writes", _NOTHING),
    ]


def _capacity(
    part: str,
    amount: float,
    takes: str,
    limit: str,
    raised_by: str,
    unit: str = "a second",
    shares: int = 1,
) -> Capacity:
    available = scenario().limits[limit] * shares
    return Capacity(
        part=part,
        takes=takes,
        limit=f"{available:,.0f} {unit}",
        per_second=available / amount,
        raised_by=raised_by,
        source=limit,
    )
