"""Checks the stages that a user has written: keys, types, functions and variables."""

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.errors import SettingsError
from chalicelib.settings import Settings

Section = dict[str, Any]
Value = str | int | bool

LOCAL = "local"

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
# Variables of `make run` that are no settings of the application.
RUN = (
    *("API_PORT", "SITE_PORT", "S3_PORT", "AWS_PORT", "DATA_DIR"),
    *("WORKERS", "RETRY_SECONDS", "SWEEP_SECONDS"),
)
_SETTINGS = frozenset(field.encode_name for field in msgspec.structs.fields(Settings))
# Variables that `make run` sets whatever its environment has.
_SET_BY_RUN = (
    *("UPLOADS_BUCKET", "IMAGES_BUCKET", "IMAGES_TABLE", "WORK_QUEUE", "FAILURES_QUEUE"),
    *("WEBHOOKS_QUEUE", "WEBHOOK_SECRET_PARAMETER", "CDN_KEY_PARAMETER", "EVENT_BUS"),
    *("PUBLIC_URL", "API_URL", "WEBHOOK_LOOPBACK", "VARIANTS_TABLE"),
)
_CLOSE = 0.85  # similarity from which an unknown variable is taken for a misspelt one


class _Function(Struct, forbid_unknown_fields=True):
    """What Chalice reads of a function, and of a stage for all its functions."""

    environment_variables: dict[str, Value] = {}
    lambda_memory_size: int = 0
    lambda_timeout: int = 0
    reserved_concurrency: int = 0
    layers: list[str] = []
    subnet_ids: list[str] = []
    security_group_ids: list[str] = []
    tags: dict[str, str] = {}
    log_retention_in_days: int = 0
    iam_role_arn: str = ""
    manage_iam_role: bool = True
    iam_policy_file: str = ""
    autogen_policy: bool = False


class _Stage(_Function, forbid_unknown_fields=True):
    """What Chalice reads of a stage."""

    lambda_functions: dict[str, _Function] = {}
    xray: bool = False
    automatic_layer: bool = True
    lambda_architecture: str = ""
    minimum_compression_size: int = 0
    api_gateway_stage: str = ""
    api_gateway_endpoint_type: str = ""
    api_gateway_endpoint_vpce: str | list[str] = ""
    api_gateway_policy_file: str = ""
    api_gateway_custom_domain: dict[str, Any] = {}
    websocket_api_custom_domain: dict[str, Any] = {}


class _Local(Struct, forbid_unknown_fields=True):
    """What `make run` reads."""

    environment_variables: dict[str, Value] = {}


def checked(
    name: str, sections: Mapping[str, object], functions: Collection[str]
) -> dict[str, Section]:
    """Stages with all variables as texts; SettingsError names the file, stage and key."""
    return {stage: _checked(name, stage, section, functions) for stage, section in sections.items()}


def _checked(name: str, stage: str, section: object, functions: Collection[str]) -> Section:
    if not isinstance(section, dict) or not _NAME.fullmatch(stage):
        raise SettingsError(
            f"{name} is wrong: {stage} is no section of a stage, such as "
            "[prod.environment_variables]."
        )
    kind = _Local if stage == LOCAL else _Stage
    try:
        msgspec.convert(section, kind)
    except msgspec.ValidationError as reason:
        raise SettingsError(f"The stage {stage} in {name} is wrong: {reason}.") from reason
    own = section.get("lambda_functions", {})
    _check_functions(f"The stage {stage} in {name}", own, functions)
    for part in (section, *own.values()):
        if "environment_variables" in part:
            _check_variables(f"The stage {stage} in {name}", stage, part["environment_variables"])
            part["environment_variables"] = _as_texts(part["environment_variables"])
    return section


def _check_functions(place: str, functions: Collection[str], valid: Collection[str]) -> None:
    for function in functions:
        if function not in valid:
            raise SettingsError(
                f"{place} is wrong: there is no function {function}, only {', '.join(valid)}."
            )


def _check_variables(place: str, stage: str, variables: Collection[str]) -> None:
    valid = [*_SETTINGS, *(RUN if stage == LOCAL else ())]
    for variable in variables:
        close = difflib.get_close_matches(variable, valid, 1, _CLOSE)
        if close and variable not in valid:
            raise SettingsError(
                f"{place} is wrong: there is no variable {variable}. Is it {close[0]}?"
            )
        is_fixed = variable in _SET_BY_RUN or variable.startswith("AWS_")
        if stage == LOCAL and is_fixed and variable not in RUN:
            raise SettingsError(f"{place} is wrong: `make run` sets {variable} itself.")


def _as_texts(variables: Mapping[str, Value]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in variables.items()
    }
