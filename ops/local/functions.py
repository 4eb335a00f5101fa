"""The limits under which Lambda runs each function, read from Chalice's own settings."""

import json
from dataclasses import dataclass
from functools import cache

from ops.local.names import PROJECT

_STAGE = "dev"


@dataclass(frozen=True)
class Limits:
    """A function's time limit in seconds, and its memory in megabytes."""

    seconds: int
    megabytes: int


@cache
def limits_of(function: str) -> Limits:
    """The limits of the stage that is deployed; Chalice's defaults where it says nothing."""
    config = json.loads((PROJECT / ".chalice" / "config.json").read_text())
    stage = config["stages"][_STAGE]
    known = {**stage, **stage.get("lambda_functions", {}).get(function, {})}
    return Limits(known.get("lambda_timeout", 60), known.get("lambda_memory_size", 128))
