"""Time and memory limits of each function, read from Chalice's config.json."""

import json
from dataclasses import dataclass
from functools import cache

from ops.project import PROJECT

_STAGE = "dev"


@dataclass(frozen=True)
class Limits:
    """A function's time limit in seconds, and its memory in megabytes."""

    seconds: int
    megabytes: int


@cache
def limits_of(function: str) -> Limits:
    """The function's limits in the stage dev; Chalice's defaults where it sets none."""
    config = json.loads((PROJECT / ".chalice" / "config.json").read_text())
    stage = config["stages"][_STAGE]
    configured = {**stage, **stage.get("lambda_functions", {}).get(function, {})}
    return Limits(configured.get("lambda_timeout", 60), configured.get("lambda_memory_size", 128))
