"""A stage's section of the configuration."""

import json
from pathlib import Path

from ops.deploy.stage_config import recorded

SIZES = {"lambda_memory_size": 1024, "lambda_timeout": 300}
OWN = {"lambda_memory_size": 512}


def test_a_function_new_to_a_stage_gets_the_settings_of_dev(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    dev = {"api_handler": {"lambda_memory_size": 1769}, "sweep": SIZES}
    stages = {
        "dev": {"lambda_functions": dev},
        "old": {"lambda_functions": {"api_handler": OWN}, "xray": True},
    }
    file.write_text(json.dumps({"stages": stages}))
    assert recorded("old", file) == {
        "lambda_functions": {"api_handler": OWN, "sweep": SIZES},
        "xray": True,
    }
