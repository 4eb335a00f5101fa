"""The stages: defaults in `.chalice/config.json`, and the user's settings in the site folder.

`.chalice/config.json` is tracked: `dev` there is the shape of a new stage, `local` what `chalice
local` needs. Checkouts of earlier versions have deployed stages in it, which are still read. What
users set, and what deployments record, is in the site folder's `stages.toml`.
"""

import copy
import difflib
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from msgspec import Struct
from tomlkit.items import Item, Key, Table

from chalicelib.errors import SettingsError
from chalicelib.settings import Settings
from ops.project import PROJECT, policy_file
from ops.site_folder import location, variants

Section = dict[str, Any]

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")

SHAPE = "dev"  # the stage whose sizes and limits are a new stage's defaults
LOCAL = "local"
NAME = "UPLOADS_BUCKET"  # the variable whose value tells a recorded stage from a new one

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
    *("PUBLIC_URL", "API_URL", "WEBHOOK_LOOPBACK", variants.SETTING),
)
# Of the variables of `dev`, those that are choices; the others are examples of names.
_CHOSEN = ("AUTH_MODE",)
_EXAMPLE = "darkroom-dev-uploads"
_CLOSE = 0.85  # similarity from which an unknown variable is taken for a misspelt one

Value = str | int | bool


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


def own_stages() -> dict[str, Section]:
    """The stages in the site folder's stages.toml, checked, with all variables as texts.

    SettingsError names the file, the stage and the key that is wrong.
    """
    path = location.file(location.STAGES)
    if path is None:
        return {}
    name = location.shown(path)
    try:
        found: Section = msgspec.toml.decode(path.read_bytes())
    except UnicodeDecodeError as reason:
        raise SettingsError(f"{name} is not UTF-8 text.") from reason
    except msgspec.MsgspecError as reason:
        raise SettingsError(f"{name} is wrong: {reason}.") from reason
    return checked(name, found)


def local_variables() -> dict[str, str]:
    """The environment variables of the stage `local`, which `make run` reads."""
    variables: dict[str, str] = own_stages().get(LOCAL, {}).get("environment_variables", {})
    return variables


def configuration(project: Path = PROJECT) -> Section:
    """What Chalice is to read: the defaults, and all stages with what the user has set."""
    config = defaults(project)
    shape, stages = config["stages"][SHAPE], config["stages"]
    # Each is merged over what the file has; later ones must not see earlier ones' results.
    merged = {
        stage: _merged(stage, section, stages.get(stage), shape)
        for stage, section in own_stages().items()
    }
    config["stages"] = {**stages, **merged}
    local = config["stages"].setdefault(LOCAL, {})
    local["environment_variables"] = {
        **local.get("environment_variables", {}),
        **variants.setting(),
        **_recorded_addresses(project),
    }
    return config


def defaults(project: Path = PROJECT) -> Section:
    """The tracked `.chalice/config.json`."""
    config: Section = json.loads((project / ".chalice" / "config.json").read_text("utf-8"))
    return config


def section_of(stage: str) -> Section | None:
    """The stage as `configuration` has it; None if it is in neither file."""
    section: Section | None = configuration()["stages"].get(stage)
    return section


def chosen(stage: str) -> Section:
    """What the user set for a stage in stages.toml before any deployment recorded it there."""
    section = own_stages().get(stage, {})
    return {} if NAME in section.get("environment_variables", {}) else section


def over(section: Mapping[str, Any], base: Mapping[str, Any]) -> Section:
    """`section` over `base`; tables are merged, lists are replaced."""
    merged = copy.deepcopy(dict(base))
    for key, value in section.items():
        if isinstance(value, Mapping):
            there = merged.get(key)
            merged[key] = over(value, there if isinstance(there, Mapping) else {})
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def record(stage: str, section: Mapping[str, Any]) -> bool:
    """Write what `section` has beyond the defaults into stages.toml; return whether it did.

    Comments, and what the user has written, stay.
    """
    wanted = own_part(stage, dict(section), defaults()["stages"][SHAPE])
    changes = difference(wanted, own_stages().get(stage, {}))
    if not changes:
        return False
    path = location.folder() / location.STAGES
    text = path.read_text("utf-8") if path.is_file() else _HEADING
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, with_sections(text, {stage: changes}))
    return True


def with_sections(text: str, sections: Mapping[str, Section]) -> str:
    """A stages.toml with the keys of `sections` set; everything else stays as it is."""
    document = tomlkit.parse(text)
    for stage, section in sections.items():
        if stage not in document:
            document[stage] = tomlkit.table()
        _write(document[stage], section)
    return tomlkit.dumps(document)


def checked(name: str, sections: Mapping[str, object]) -> dict[str, Section]:
    """Stages with all variables as texts; SettingsError names the file, stage and key."""
    return {stage: _checked(name, stage, section) for stage, section in sections.items()}


def own_part(stage: str, section: Section, shape: Section) -> Section:
    """What a stage has beyond a new one of this `shape`; all, if that is a stage of a user's."""
    return difference(section, _new(stage, shape) if is_example(shape) else {})


def is_example(section: Section) -> bool:
    """Whether this is the tracked `dev`, and no deployment of an earlier version recorded it."""
    return bool(section.get("environment_variables", {}).get(NAME) == _EXAMPLE)


_HEADING = "# The settings of stages (docs/configuration.md); deployments record addresses here.\n"


def replace(path: Path, text: str) -> None:
    """Write a file atomically."""
    scratch = path.with_name(f"{path.name}.new")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def addresses_file(project: Path = PROJECT) -> Path:
    """Where `credentials --chalice` records the variables of `chalice local`."""
    return project / ".chalice" / "local.json"


def _recorded_addresses(project: Path) -> dict[str, str]:
    file = addresses_file(project)
    variables: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return variables


def _merged(stage: str, own: Section, tracked: Section | None, shape: Mapping[str, Any]) -> Section:
    is_recorded = NAME in own.get("environment_variables", {})
    if tracked is not None and (stage == LOCAL or not is_recorded):
        return over(own, tracked)
    return over(own, _new(stage, shape))


def _new(stage: str, shape: Mapping[str, Any]) -> Section:
    """A new stage: the shape without its examples of names."""
    section = copy.deepcopy(dict(shape))
    variables = shape.get("environment_variables", {})
    section["environment_variables"] = {n: variables[n] for n in _CHOSEN if n in variables}
    for function, settings in section.get("lambda_functions", {}).items():
        settings["iam_policy_file"] = policy_file(stage, function)
    return section


def difference(section: Mapping[str, Any], base: Mapping[str, Any]) -> Section:
    """What `section` has that `base` lacks or has differently."""
    found: Section = {}
    for key, value in section.items():
        if isinstance(value, Mapping):
            there = base.get(key)
            inner = difference(value, there if isinstance(there, Mapping) else {})
            if inner:
                found[key] = inner
        elif key not in base or base[key] != value:
            found[key] = value
    return found


def _write(table: Any, changes: Mapping[str, Any]) -> None:
    held = _cut_trailing(table)  # the comment above what follows
    for key, value in changes.items():
        if isinstance(value, Mapping):
            if key not in table:
                table[key] = tomlkit.table()
            _write(table[key], value)
        else:
            table[key] = value
    _last(table).value.body.extend(held)


def _cut_trailing(table: Any) -> list[tuple[Key | None, Item]]:
    """Remove the blank lines and comments at the end of a table, and return them."""
    body = _last(table).value.body
    start = next((n for n in range(len(body), 0, -1) if body[n - 1][0] is not None), 0)
    held: list[tuple[Key | None, Item]] = body[start:]
    del body[start:]
    return held


def _last(table: Any) -> Any:
    """The last table inside a table, or itself: the one that trailing comments are parsed into."""
    tables = [item for key, item in table.value.body if isinstance(item, Table)]
    return _last(tables[-1]) if tables else table


def _checked(name: str, stage: str, section: object) -> Section:
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
    functions = section.get("lambda_functions", {})
    _check_functions(f"The stage {stage} in {name}", functions)
    for part in (section, *functions.values()):
        if "environment_variables" in part:
            _check_variables(f"The stage {stage} in {name}", stage, part["environment_variables"])
            part["environment_variables"] = _as_texts(part["environment_variables"])
    return section


def _check_functions(place: str, functions: Collection[str]) -> None:
    known = defaults()["stages"][SHAPE]["lambda_functions"]
    for function in functions:
        if function not in known:
            raise SettingsError(
                f"{place} is wrong: there is no function {function}, only {', '.join(known)}."
            )


def _check_variables(place: str, stage: str, variables: Collection[str]) -> None:
    known = [*_SETTINGS, *(RUN if stage == LOCAL else ())]
    for variable in variables:
        close = difflib.get_close_matches(variable, known, 1, _CLOSE)
        if close and variable not in known:
            raise SettingsError(
                f"{place} is wrong: there is no variable {variable}. Is it {close[0]}?"
            )
        if stage == LOCAL and variable in _SET_BY_RUN:
            raise SettingsError(
                f"{place} is wrong: `make run` sets {variable} itself, as ports and DATA_DIR are."
            )


def _as_texts(variables: Mapping[str, Value]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in variables.items()
    }
