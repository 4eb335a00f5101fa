"""A stage's section of the configuration."""

import json
from pathlib import Path

from ops.cloud.record import recorded

SIZES = {"lambda_memory_size": 1024, "lambda_timeout": 300}
OWN = {"lambda_memory_size": 512}


def test_a_function_that_a_stage_does_not_know_yet_begins_as_devs(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    shape = {"api_handler": {"lambda_memory_size": 1769}, "sweep": SIZES}
    stages = {
        "dev": {"lambda_functions": shape},
        "old": {"lambda_functions": {"api_handler": OWN}, "xray": True},
    }
    file.write_text(json.dumps({"stages": stages}))
    assert recorded("old", file) == {
        "lambda_functions": {"api_handler": OWN, "sweep": SIZES},
        "xray": True,
    }
