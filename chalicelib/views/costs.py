"""What an image costs: its calls and measured processing time, at AWS's prices."""

import functools
import math
from pathlib import Path

import msgspec
from msgspec import Struct

GB = 2**30  # bytes, as AWS counts them
LOG_BYTES = 1_300  # of one processing: Darkroom's line, and Lambda's START, END and REPORT

_PRICES = Path(__file__).with_name("prices.toml")
_READS = 4  # the record three times, its history once; all are under 4 KB
# Units of the rows of at most 1 KB; six of them are in an index.
_SMALL_WRITES = 16
SEARCH_WRITES = 14  # units of the search entries of an image named like IMG_1234.jpg: seven rows

Tiers = tuple[tuple[float, float], ...]


class Prices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars per unit, and the date of the prices; `Tiers` are pairs of amount and price."""

    date: str
    lambda_gb_second: float
    lambda_request: float
    s3_put: float
    s3_get: float
    s3_gb_month: Tiers
    dynamodb_write_unit: float
    dynamodb_read_unit: float
    logs_gb: float


@functools.cache
def prices() -> Prices:
    """The prices in `prices.toml`."""
    return msgspec.toml.decode(_PRICES.read_bytes(), type=Prices)


def estimate(milliseconds: int, memory_mb: int, files: int) -> float:
    """US dollars for `milliseconds` of processing at `memory_mb` that stored `files` renditions.

    A one-off cost; storage, which costs by the month, is `keeping`.
    """
    price = prices()
    compute = milliseconds / 1000 * memory_mb / 1024 * price.lambda_gb_second
    # Each rendition is also copied to its stable key, and the manifest is a file, too.
    stores = price.s3_get + (2 * files + 1) * price.s3_put
    table = write_units(files) * price.dynamodb_write_unit + _READS * price.dynamodb_read_unit
    logs = LOG_BYTES / GB * price.logs_gb
    return round(price.lambda_request + compute + stores + table + logs, 9)


def write_units(files: int) -> int:
    """DynamoDB write units to process an image until it is ready.

    A unit is 1 KB and a transaction takes two of them, in the table and in each index; only the
    table holds the record with its renditions.
    """
    return _SMALL_WRITES + SEARCH_WRITES + 2 * math.ceil(record_bytes(files) / 1024)


def record_bytes(files: int) -> int:
    """The approximate size of the record of an image with `files` renditions, in bytes."""
    return 800 + 185 * files


def keeping(size: int) -> float:
    """US dollars a month to store `size` bytes in S3."""
    return round(size / GB * prices().s3_gb_month[0][1], 9)
