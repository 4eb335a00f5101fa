"""What an image costs: the calls that were made and the time that was measured, at AWS's prices."""

import functools
import math
from pathlib import Path

import msgspec
from msgspec import Struct

GB = 2**30  # bytes, as AWS counts them
LOG_BYTES = 1_300  # of one processing: Darkroom's line, and Lambda's START, END and REPORT

_PRICES = Path(__file__).with_name("prices.toml")
_READS = 4  # the record thrice, its history once; all are under 4 KB
_SMALL_WRITES = 16  # units of the rows of 1 KB at most, of which an index has six

Tiers = tuple[tuple[float, float], ...]


class Prices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars per unit, and the day they were read; `Tiers` are pairs of amount and price."""

    date: str
    lambda_gb_second: float
    lambda_request: float
    s3_put: float
    s3_get: float
    s3_gb_month: Tiers
    dynamodb_write_unit: float
    dynamodb_read_unit: float
    dynamodb_gb_month: float
    dynamodb_recovery_gb_month: float
    api_request: Tiers
    sqs_request: float
    cloudfront_request: float
    cloudfront_gb: Tiers
    logs_gb: float
    metric_month: float
    alarm_month: float
    dashboard_month: float
    kms_key_month: float
    kms_request: float
    waf_acl_month: float
    waf_rule_month: float
    waf_request: float
    xray_trace: float


@functools.cache
def prices() -> Prices:
    """The prices in `prices.toml`."""
    return msgspec.toml.decode(_PRICES.read_bytes(), type=Prices)


def estimate(milliseconds: int, memory_mb: int, files: int) -> float:
    """US dollars for `milliseconds` of processing at `memory_mb` that stored `files` renditions.

    They are spent once; what storing costs by the month is `keeping`.
    """
    price = prices()
    compute = milliseconds / 1000 * memory_mb / 1024 * price.lambda_gb_second
    stores = price.s3_get + (files + 1) * price.s3_put  # the manifest is a file too
    table = write_units(files) * price.dynamodb_write_unit + _READS * price.dynamodb_read_unit
    logs = LOG_BYTES / GB * price.logs_gb
    return round(price.lambda_request + compute + stores + table + logs, 9)


def write_units(files: int) -> int:
    """DynamoDB's write units of one processing that makes a picture ready.

    A unit is 1 KB, and a transaction takes two of them, in the table and in each index; only the
    table has the record with its renditions.
    """
    return _SMALL_WRITES + 2 * math.ceil(record_bytes(files) / 1024)


def record_bytes(files: int) -> int:
    """About how large the record of a picture with `files` renditions is."""
    return 800 + 185 * files


def keeping(size: int) -> float:
    """US dollars a month for `size` bytes in S3."""
    return round(size / GB * prices().s3_gb_month[0][1], 9)
