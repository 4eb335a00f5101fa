"""The stages: defaults in `.chalice/config.json`, and the user's settings in the site folder.

`.chalice/config.json` is tracked: `dev` there is the shape of a new stage, `local` what `chalice
local` needs. Checkouts of earlier versions have deployed stages in it, which are still read. What
users set, and what deployments record, is in the site folder's `stages.toml`.
"""

import copy
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.errors import SettingsError
from ops.project import PROJECT, policy_file
from ops.site_folder import location, variants
from ops.site_folder.stage_document import with_sections
from ops.site_folder.stage_schema import LOCAL, Section, checked

SHAPE = "dev"  # the stage whose sizes and limits are a new stage's defaults
NAME = "UPLOADS_BUCKET"  # the variable whose value tells a recorded stage from a new one

# Of the variables of `dev`, those that are choices; the others are examples of names.
_CHOSEN = ("AUTH_MODE",)
_EXAMPLE = "darkroom-dev-uploads"

_HEADING = "# The settings of stages (docs/configuration.md); deployments record addresses here.\n"


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
    return checked(name, found, functions())


def located(reason: SettingsError, stage: str, hidden: Collection[str] = ()) -> SettingsError:
    """A new error of a setting, which names the file if the stage sets it there.

    `hidden` are variables that have another value than in the file.
    """
    own = own_stages().get(stage, {}).get("environment_variables", {}).keys() - set(hidden)
    if not any(re.search(rf"\b{name}\b", str(reason)) for name in own):
        return SettingsError(str(reason))
    file = location.shown(location.folder() / location.STAGES)
    return SettingsError(f"{reason} It is set in [{stage}.environment_variables] of {file}.")


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


def functions() -> Collection[str]:
    """The names of the application's functions."""
    names: Collection[str] = defaults()["stages"][SHAPE]["lambda_functions"].keys()
    return names


def section_of(stage: str) -> Section | None:
    """The stage as `configuration` has it; None if it is in neither file."""
    section: Section | None = configuration()["stages"].get(stage)
    return section


def chosen(stage: str) -> Section:
    """What the user set for a stage in stages.toml before any deployment recorded it there."""
    section = own_stages().get(stage, {})
    return {} if NAME in section.get("environment_variables", {}) else section


def superseded() -> list[str]:
    """A sentence for each stage that an earlier version recorded, and that stages.toml has now."""
    tracked = defaults()["stages"]
    return [
        f"The stage {stage} in .chalice/config.json is not read any more: it is in "
        f"{location.shown(location.folder() / location.STAGES)}."
        for stage, section in own_stages().items()
        if NAME in section.get("environment_variables", {})
        and stage in tracked
        and not is_example(tracked[stage])
    ]


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


def choose(stage: str, variables: Mapping[str, str]) -> Path:
    """Set environment variables of a stage in stages.toml, as a user does; return the file."""
    path = location.folder() / location.STAGES
    text = path.read_text("utf-8") if path.is_file() else _HEADING
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, with_sections(text, {stage: {"environment_variables": variables}}))
    return path


def own_part(stage: str, section: Section, shape: Section) -> Section:
    """What a stage has beyond a new one of this `shape`; all, if that is a stage of a user's."""
    return difference(section, _new(stage, shape) if is_example(shape) else {})


def is_example(section: Section) -> bool:
    """Whether this is the tracked `dev`, and no deployment of an earlier version recorded it."""
    return bool(section.get("environment_variables", {}).get(NAME) == _EXAMPLE)


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
