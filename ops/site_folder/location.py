"""Finds the site folder, and its files.

It is `site/` of the checkout, which need not exist, or the folder that DARKROOM_SITE names.
"""

import os
import re
from pathlib import Path

from chalicelib.errors import SettingsError
from ops.project import PROJECT

VARIABLE = "DARKROOM_SITE"

VARIANTS, STAGES = "variants.toml", "stages.toml"
STRINGS, THEME = "strings.js", "theme.css"
FILES = (VARIANTS, STAGES, STRINGS, THEME)

_CONFIGURING = frozenset(Path(name).suffix for name in FILES)


def folder() -> Path:
    """The site folder; SettingsError if DARKROOM_SITE names none."""
    path = wanted_folder()
    if os.environ.get(VARIABLE) and not path.is_dir():
        raise SettingsError(
            f"{VARIABLE} is {path}, which is not a folder. `./darkroom init` creates it."
        )
    return path


def wanted_folder() -> Path:
    """Where the site folder is, or would be created."""
    return (PROJECT / Path(os.environ.get(VARIABLE) or "site").expanduser()).resolve()


def file(name: str) -> Path | None:
    """The site folder's file of this name; None if there is none."""
    path = folder() / name
    return path if path.is_file() else None


def text(name: str) -> str:
    """The text of one of the site folder's files; empty without one, or of comments only.

    SettingsError if it is no text.
    """
    path = file(name)
    if path is None:
        return ""
    try:
        found = path.read_text("utf-8")
    except UnicodeDecodeError as reason:
        raise SettingsError(f"{shown(path)} is not UTF-8 text.") from reason
    return found if _without_comments(path.suffix, found).strip() else ""


def shown(path: Path) -> str:
    """The path for messages: relative to the checkout, where it is inside it."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _without_comments(suffix: str, found: str) -> str:
    if suffix == ".toml":
        return re.sub(r"^\s*#.*$", "", found, flags=re.MULTILINE)
    found = re.sub(r"/\*.*?\*/", "", found, flags=re.DOTALL)
    return re.sub(r"^\s*//.*$", "", found, flags=re.MULTILINE) if suffix == ".js" else found


def check_names() -> None:
    """SettingsError for a file with the suffix of a configuration file, but another name."""
    if not folder().is_dir():
        return
    for path in sorted(folder().iterdir()):
        if path.suffix in _CONFIGURING and path.name not in FILES:
            raise SettingsError(
                f"{shown(path)} is not read: the site folder may have {', '.join(FILES)}, and "
                "watermarks."
            )
