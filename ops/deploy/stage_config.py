"""A stage's section of the configuration, in which a deployment records its settings."""

import copy
from collections.abc import Mapping
from typing import Any

from ops.deploy.stage import API_STAGE, Stage
from ops.iam.policies import FUNCTIONS
from ops.project import policy_file
from ops.site_folder import stages


def recorded(stage: str) -> dict[str, Any]:
    """The stage's section; new stages, and functions that it lacks, start as in `dev`."""
    shape = _shape()
    return _with_all_functions(stages.section_of(stage) or shape, shape)


def is_recorded(section: Mapping[str, Any], stage: Stage) -> bool:
    """Whether a deployment of this stage, in its account and region, recorded the section."""
    variables = section.get("environment_variables", {})
    return bool(variables.get(stages.NAME) == stage.uploads_bucket)


def completed(section: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """`section`, as it was read from AWS, over the shape of a new stage.

    Over both is what the user has set in stages.toml. The other environment variables are those
    of `section`.
    """
    shape = _shape()
    return stages.over(stages.chosen(stage), _with_all_functions({**shape, **section}, shape))


def common() -> dict[str, Any]:
    """What config.json sets for all stages."""
    return {name: value for name, value in stages.defaults().items() if name != "stages"}


def _shape() -> dict[str, Any]:
    shape: dict[str, Any] = stages.defaults()["stages"][stages.SHAPE]
    return shape


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
