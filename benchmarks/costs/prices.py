"""AWS's prices for docs/cost.md: those that ship with Darkroom, and those of `prices.toml`."""

from functools import cache
from pathlib import Path

import msgspec

from chalicelib.views import costs
from chalicelib.views.costs import Tiers

_PRICES = Path(__file__).with_name("prices.toml")


class Prices(costs.Prices, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars per unit: everything on a stage's bill."""

    dynamodb_gb_month: float
    dynamodb_recovery_gb_month: float
    api_request: Tiers
    sqs_request: float
    event: float
    cloudfront_request: float
    cloudfront_function: float
    cloudfront_gb: Tiers
    metric_month: float
    alarm_month: float
    dashboard_month: float
    kms_key_month: float
    kms_request: float
    waf_acl_month: float
    waf_rule_month: float
    waf_request: float
    rekognition_image: Tiers
    xray_trace: float


@cache
def prices() -> Prices:
    """The prices of both lists."""
    shipped = msgspec.to_builtins(costs.prices())
    return msgspec.convert(shipped | msgspec.toml.decode(_PRICES.read_bytes()), Prices)
