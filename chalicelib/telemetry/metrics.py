"""Metrics in CloudWatch's embedded metric format: members that turn a log line into metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping

NAMESPACE = "Darkroom"
STAGE, REASON = "stage", "reason"  # the dimensions
REJECTIONS = "Rejections"
UNITS = {
    "Pictures": "Count",
    REJECTIONS: "Count",
    "Failures": "Count",
    "Repairs": "Count",
    "BytesIn": "Bytes",
    "BytesOut": "Bytes",
    "ReadMilliseconds": "Milliseconds",
    "RenderMilliseconds": "Milliseconds",
    "StoreMilliseconds": "Milliseconds",
}

Figures = Mapping[str, float]


def embedded(figures: Figures, stage: str, reason: str | None, at: float) -> dict[str, object]:
    """The members for `figures` (by names of UNITS), measured at `at` (seconds since 1970).

    CloudWatch bills each name with each value of its dimensions as a metric: only rejections
    are counted by reason, of which there are a handful.
    """
    directives = [_directive([STAGE], list(figures))]
    members: dict[str, object] = {STAGE: stage, **figures}
    if reason:
        directives.append(_directive([STAGE, REASON], [REJECTIONS]))
        members[REASON] = reason
    return members | {"_aws": {"Timestamp": round(at * 1000), "CloudWatchMetrics": directives}}


def _directive(dimensions: list[str], names: list[str]) -> dict[str, object]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [dimensions],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in names],
    }
