"""A stage's section of `.chalice/config.json`, in which a deployment records its settings."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.deploy.stage import API_STAGE, Stage
from ops.iam.files import policy_file
from ops.iam.names import CONFIG
from ops.iam.policies import FUNCTIONS

_SHAPE = "dev"  # the stage whose sizes and limits are a new stage's defaults


def recorded(stage: str, file: Path = CONFIG) -> dict[str, Any]:
    """The stage's section; new stages, and functions that it lacks, start as in `dev`."""
    stages = _stages(file)
    return _with_all_functions(stages.get(stage, stages[_SHAPE]), stages[_SHAPE])


def is_recorded(section: Mapping[str, Any], stage: Stage) -> bool:
    """Whether a deployment of this stage, in its account and region, recorded the section."""
    variables = section.get("environment_variables", {})
    return bool(variables.get("UPLOADS_BUCKET") == stage.uploads_bucket)


def completed(section: Mapping[str, Any], file: Path = CONFIG) -> dict[str, Any]:
    """`section` over the shape of a new stage; the environment variables are those of `section`."""
    shape = _stages(file)[_SHAPE]
    return _with_all_functions({**shape, **section}, shape)


def common(file: Path = CONFIG) -> dict[str, Any]:
    """What config.json sets for all stages."""
    config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {name: value for name, value in config.items() if name != "stages"}


def _stages(file: Path) -> dict[str, dict[str, Any]]:
    stages: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["stages"]
    return stages


def _with_all_functions(section: Mapping[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
    functions = {**shape["lambda_functions"], **section.get("lambda_functions", {})}
    return {**section, "lambda_functions": functions}


def with_settings(
    section: Mapping[str, Any], stage: str, settings: Mapping[str, str], tags: Mapping[str, str]
) -> dict[str, Any]:
    """`section` with the settings of a deployment; everything else in it is kept."""
    merged = copy.deepcopy(dict(section))
    merged["api_gateway_stage"] = API_STAGE
    merged["environment_variables"] = {**merged.get("environment_variables", {}), **settings}
    merged["tags"] = {**merged.get("tags", {}), **tags}
    functions = merged.setdefault("lambda_functions", {})
    for name in FUNCTIONS:
        functions.setdefault(name, {})["iam_policy_file"] = policy_file(stage, name)
    return merged


def record(stage: str, section: Mapping[str, Any]) -> bool:
    """Write the stage's section if it differs; return whether it did."""
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    if config["stages"].get(stage) == section:
        return False
    config["stages"][stage] = section
    scratch = CONFIG.with_suffix(".new")
    scratch.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    scratch.replace(CONFIG)  # atomically
    return True
