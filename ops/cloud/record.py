"""A stage's section of `.chalice/config.json`: what a deployment found out is recorded there."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.cloud.policies import FUNCTIONS
from ops.cloud.stage import API_STAGE
from ops.permissions.files import policy_file
from ops.permissions.names import CONFIG

_SHAPE = "dev"  # the stage whose sizes and limits a new stage begins with


def recorded(stage: str, file: Path = CONFIG) -> dict[str, Any]:
    """The stage's section; a new stage's, and a function that it lacks, begin as `dev`'s."""
    stages: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["stages"]
    shape = stages[_SHAPE]
    section = stages.get(stage, shape)
    functions = {**shape["lambda_functions"], **section.get("lambda_functions", {})}
    return {**section, "lambda_functions": functions}


def with_facts(
    section: Mapping[str, Any], stage: str, facts: Mapping[str, str], tags: Mapping[str, str]
) -> dict[str, Any]:
    """`section` with the facts of a deployment; all else in it is the user's, and stays."""
    known = copy.deepcopy(dict(section))
    known["api_gateway_stage"] = API_STAGE
    known["environment_variables"] = {**known.get("environment_variables", {}), **facts}
    known["tags"] = {**known.get("tags", {}), **tags}
    functions = known.setdefault("lambda_functions", {})
    for name in FUNCTIONS:
        functions.setdefault(name, {})["iam_policy_file"] = policy_file(stage, name)
    return known


def record(stage: str, section: Mapping[str, Any]) -> bool:
    """Write the stage's section, where it is not so already: whether it changed."""
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    if config["stages"].get(stage) == section:
        return False
    config["stages"][stage] = section
    scratch = CONFIG.with_suffix(".new")
    scratch.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    scratch.replace(CONFIG)  # whole or not at all
    return True
