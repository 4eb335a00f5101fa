"""What an image cost: the calls that were made and the time that was measured, at AWS's prices."""

import functools
from pathlib import Path

import msgspec
from msgspec import Struct

_PRICES = Path(__file__).with_name("prices.toml")
_TRANSACTION_UNITS = 2  # a transactional write takes two write units
_WRITES = 2 * 2  # begun and finished, each with its history line


class Prices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars per unit, and the day they were read."""

    date: str
    lambda_gb_second: float
    lambda_request: float
    s3_put: float
    s3_get: float
    dynamodb_write_unit: float


@functools.cache
def prices() -> Prices:
    """The prices in `prices.toml`."""
    return msgspec.toml.decode(_PRICES.read_bytes(), type=Prices)


def estimate(milliseconds: int, memory_mb: int, files: int) -> float:
    """US dollars for `milliseconds` of processing at `memory_mb` that stored `files` renditions."""
    price = prices()
    compute = milliseconds / 1000 * memory_mb / 1024 * price.lambda_gb_second
    stores = price.s3_get + (files + 1) * price.s3_put  # the manifest is a file too
    record = _WRITES * _TRANSACTION_UNITS * price.dynamodb_write_unit
    return round(price.lambda_request + compute + stores + record, 9)
