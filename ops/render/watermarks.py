"""Local copies of the images bucket's watermarks."""

from pathlib import Path

from chalicelib.errors import SettingsError
from chalicelib.model.variants import Marks, Variant, watermark_objects


def local_objects(variants: tuple[Variant, ...], folder: Path) -> Marks:
    """Read each watermark that is an object from the file with its key below `folder`."""
    return {key: _read(folder / key, key) for key in watermark_objects(variants)}


def _read(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise SettingsError(
            f"The watermark {key} is an object of the images bucket. "
            "To render here, put a copy of it beside the table, under the same name."
        ) from reason
