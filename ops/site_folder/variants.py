"""The variants table: the site folder's, or the default one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chalicelib.errors import SettingsError
from chalicelib.model.variants import DEFAULT_TABLE, load_table, load_watermarks, watermark_folders
from ops.site_folder import location

SETTING = "VARIANTS_TABLE"

_PACKAGED = "chalicelib"  # the table's folder in a package, and that of its watermarks


def own_table() -> Path | None:
    """The site folder's table; None if it has none, or one of comments only."""
    return location.file(location.VARIANTS) if location.text(location.VARIANTS) else None


def table() -> Path:
    """The table that this checkout uses."""
    return own_table() or DEFAULT_TABLE


def setting() -> dict[str, str]:
    """The application's setting with the table; empty for the default one."""
    path = own_table()
    return {SETTING: str(path) if path else ""}


def check() -> None:
    """SettingsError, with the file's name, if the table or one of its watermarks is wrong."""
    path = table()
    try:
        marks = load_watermarks(load_table(path).rules, watermark_folders(path))
        if marks:
            from chalicelib import imaging  # loads Pillow: 0.1 s

            imaging.check_watermarks(marks)
    except SettingsError as reason:
        raise SettingsError(f"{location.shown(path)}: {reason}") from reason


def packaged() -> Mapping[str, Path]:
    """The table and its watermarks, by their place in a package.

    Those of `vendor/`, too: it becomes part of the layer, where the application does not look.
    """
    path = table()
    rules = load_table(path).rules
    marks = {rule.watermark.file for rule in rules if rule.watermark and rule.watermark.file}
    found = {name: _first(watermark_folders(path), name) for name in sorted(marks)}
    files = {location.VARIANTS: path, **found}
    return {f"{_PACKAGED}/{name}": file for name, file in files.items()}


def _first(folders: Sequence[Path], name: str) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise SettingsError(f"The watermark {name} is missing.")
