"""Compares the preview that Darkroom reads with a reference, file by file."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from benchmarks.compare.difference import difference
from benchmarks.previews.exiftool import Reference
from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.decoding import Decoded, decode
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.pixel_limits import DEFAULT
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS, InputFormat

Result = Literal[
    "matched", "smaller", "larger", "different", "refused", "cut", "no preview", "other format"
]
COMPARED: tuple[Result, ...] = ("matched", "smaller", "larger", "different", "refused")
_LIMITS = Limits(max_pixels=DEFAULT, max_frames=1)
_MEAN = 3.0  # levels that two decoders may be apart
_THUMBNAIL = 320 * 240  # pixels


class Compared(Struct, frozen=True, kw_only=True):
    """One file: its format, the result, and the sizes of both previews as they are stored."""

    file: str
    kind: str
    result: Result
    darkroom: str
    reference: str
    mean: float | None = None


def compare(folder: Path, reference: Callable[[Path], Reference | None]) -> Iterator[Compared]:
    """Each raw file below `folder`, by content or name, in order."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        kind = _kind_of(path)
        if kind:
            yield _compared(str(path.relative_to(folder)), kind, path, reference(path))


def share_matched(compared: Iterable[Compared]) -> tuple[int, int]:
    """How many previews match, and of how many files with a preview that are whole."""
    results = Counter(one.result for one in compared)
    return results["matched"], sum(results[result] for result in COMPARED)


def _kind_of(path: Path) -> InputFormat | None:
    try:
        kind = sniff(path.read_bytes())
    except Rejection:
        return None
    return kind if FORMATS[kind].is_raw else None


def _compared(name: str, kind: str, path: Path, found: Reference | None) -> Compared:
    outcome = _decoded(path.read_bytes())
    shown = outcome if isinstance(outcome, str) else "{} x {}".format(*_stored(outcome))
    wanted = "{} x {}".format(*found.size) if found else "none"
    result, mean = _result(outcome, found)
    return Compared(
        file=name, kind=kind, result=result, darkroom=shown, reference=wanted, mean=mean
    )


def _decoded(data: bytes) -> Decoded | str:
    try:
        return decode(data, _LIMITS, lambda size: size)
    except Rejection as rejection:
        return rejection.reason.value


def _stored(decoded: Decoded) -> tuple[int, int]:
    width, height = decoded.size
    return (height, width) if decoded.orientation >= 5 else (width, height)


def _result(outcome: Decoded | str, found: Reference | None) -> tuple[Result, float | None]:
    if isinstance(outcome, str):
        return _refusal(outcome, found), None
    if found is None:
        return "larger", None
    pixels, wanted = outcome.size.width * outcome.size.height, found.size[0] * found.size[1]
    if pixels != wanted:
        return ("smaller" if pixels < wanted else "larger"), None
    if outcome.size != found.image.size:
        return "different", None
    mean = difference(outcome.image.convert("RGBA"), found.image.convert("RGBA")).mean
    return ("matched" if mean <= _MEAN else "different"), mean


def _refusal(reason: str, found: Reference | None) -> Result:
    if reason == Reason.CORRUPT_IMAGE and (not found or _pixels(found) <= _THUMBNAIL):
        return "cut"
    return "refused" if found else "no preview"


def _pixels(found: Reference) -> int:
    return found.size[0] * found.size[1]
