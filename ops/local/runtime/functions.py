"""Time and memory limits of each function, as configured for Chalice."""

from dataclasses import dataclass
from functools import cache

from ops.site_folder import stages


@dataclass(frozen=True)
class Limits:
    """A function's time limit in seconds, and its memory in megabytes."""

    seconds: int
    megabytes: int


@cache
def limits_of(function: str) -> Limits:
    """The function's limits in the stage dev; Chalice's defaults where it sets none."""
    stage = stages.section_of(stages.SHAPE) or {}
    configured = {**stage, **stage.get("lambda_functions", {}).get(function, {})}
    return Limits(configured.get("lambda_timeout", 60), configured.get("lambda_memory_size", 128))
