"""Takes over what a user changed in tracked files, as earlier versions required."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import quickjs

from chalicelib.errors import SettingsError
from ops.project import FRONTEND
from ops.site_folder import location, stages, texts
from ops.site_folder.checkout import Checkout
from ops.site_folder.stage_schema import LOCAL, Section, checked
from ops.site_folder.stages import SHAPE

TABLE = "chalicelib/variants.toml"
CONFIG = ".chalice/config.json"
STRINGS = "frontend/strings.js"
STYLE = "frontend/style.css"

_SHOWN = 5  # changed files


@dataclass
class Takeover:
    """What goes from a checkout into the site folder.

    `files` are new contents by name, `sections` stages by name, and `lines` say what they are.
    `taken` are tracked files whose changes are all included; `left` says what is not.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def takeover_of(checkout: Checkout) -> Takeover:
    """What the user has changed in `checkout`; SettingsError for a file that cannot be read."""
    found = Takeover()
    _take_table(checkout, found)
    _take_stages(checkout, found)
    _take_strings(checkout, found)
    changed = [path for path in checkout.changed() if path not in found.taken]
    if STYLE in changed:
        found.left.append(f"{STYLE}: move your changes into {location.THEME}.")
        changed.remove(STYLE)
    if changed:
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        found.left.append(f"Other changed files: {', '.join(changed[:_SHOWN])}{more}.")
    return found


def _take_table(checkout: Checkout, found: Takeover) -> None:
    now, before = checkout.now(TABLE), checkout.before(TABLE)
    if not now or before is None:
        return
    table = _table(now, checkout.name)
    if table == _table(before, checkout.name):
        return
    found.files[location.VARIANTS] = now
    found.lines[location.VARIANTS] = f"the table of {', '.join(table)}"
    found.taken.append(TABLE)
    for mark in _marks(table):
        if (content := checkout.now(f"vendor/{mark}")) is not None:
            found.files[mark] = content
            found.lines[mark] = "a watermark, from vendor/"


def _table(content: bytes, name: str) -> dict[str, Any]:
    try:
        table: dict[str, Any] = msgspec.toml.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as reason:
        raise SettingsError(f"{TABLE} of {name} is wrong: {reason}.") from reason
    return table


def _marks(table: Mapping[str, Any]) -> list[str]:
    rules = [rule for rule in table.values() if isinstance(rule, dict)]
    marks = [rule["watermark"] for rule in rules if isinstance(rule.get("watermark"), dict)]
    return sorted({mark["file"] for mark in marks if isinstance(mark.get("file"), str)})


def _take_stages(checkout: Checkout, found: Takeover) -> None:
    now = _config(checkout.now(CONFIG), checkout.name)
    before = _config(checkout.before(CONFIG), checkout.name)
    shape = before.get("stages", {}).get(SHAPE) or stages.defaults()["stages"][SHAPE]
    sections: dict[str, object] = {}
    for stage, section in now.get("stages", {}).items():
        was = before.get("stages", {}).get(stage, {})
        own = _local_part(section, was) if stage == LOCAL else _part(stage, section, was, shape)
        if own:
            sections[stage] = own
    found.sections = checked(f"{CONFIG} of {checkout.name}", sections, stages.functions())
    if found.sections:
        found.lines[location.STAGES] = _named(found.sections)
    others = [{k: v for k, v in config.items() if k != "stages"} for config in (now, before)]
    if now != before and others[0] == others[1]:
        found.taken.append(CONFIG)
    elif now == before and found.sections:
        found.left.append(
            f"{CONFIG}: the stages are committed, and stay there too. They are not read from "
            "there any more: remove them, in a commit."
        )


def _config(content: bytes | None, name: str) -> Section:
    try:
        config: Section = json.loads(content or b"{}")
    except ValueError as reason:
        raise SettingsError(f"{CONFIG} of {name} is wrong: {reason}.") from reason
    return config


def _part(stage: str, section: Section, was: Section, shape: Section) -> Section:
    """What a deployed stage has beyond a new one, or what was changed in the example `dev`."""
    if stages.is_example(section):
        return stages.difference(section, was) if was else {}
    return stages.own_part(stage, section, shape)


def _local_part(section: Section, was: Section) -> Section:
    """Variables that were added; `credentials --chalice` has changed the others."""
    added = {
        name: value
        for name, value in section.get("environment_variables", {}).items()
        if name not in was.get("environment_variables", {})
    }
    return {"environment_variables": added} if added and was else {}


def _take_strings(checkout: Checkout, found: Takeover) -> None:
    now, before = checkout.now(STRINGS), checkout.before(STRINGS)
    if not now or before is None or now == before:
        return
    present = texts.texts_of((FRONTEND / location.STRINGS).read_text("utf-8"))
    try:
        was, own = texts.texts_of(before.decode()), texts.texts_of(now.decode())
    except (quickjs.JSException, UnicodeDecodeError) as reason:
        raise SettingsError(f"{STRINGS} of {checkout.name} is wrong: {reason}.") from reason
    program, gone = texts.changes(was, own, present)
    if program:
        found.files[location.STRINGS] = program.encode()
        found.lines[location.STRINGS] = "the changed texts"
    if gone:
        found.left.append(f"{STRINGS}: this version has no such text: {', '.join(gone)}.")
    if program or gone:
        found.taken.append(STRINGS)


def _named(sections: Mapping[str, Section]) -> str:
    return f"the stage{'s' if len(sections) > 1 else ''} {', '.join(sections)}"
