"""The figures of a run, as `uploads.json` stores them."""

from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.uploads.pages import Name

LATEST = Path(__file__).parents[1] / "uploads.json"


class Figures(Struct, frozen=True, kw_only=True):
    """How one uploader in one browser sent `files` files of `bytes` bytes together.

    `ready` and `lost` count files with and without a ready image, `twice` ready images beyond one
    for each file, `unfinished` tickets without a file. `kills` and `cuts` were made, `retries`
    counts how often failed files were sent again by their button. `sent` are the bytes of all
    requests' bodies that reached the proxy on their way to the bucket.

    A part is `again` if an earlier request had begun to send it; `needless` of these had been
    stored before. `worst` is the number of parts that were sent again after one kill or cut.
    """

    commit: str
    uploader: Name
    browser: str
    user_agent: str
    files: int
    bytes: int
    ready: int
    lost: int
    twice: int
    unfinished: int
    kills: int
    cuts: int
    retries: int
    sent: int
    again: int
    needless: int
    worst: int
    seconds: float


class Results(Struct, frozen=True, kw_only=True):
    """What was measured; rows that are measured again replace the earlier ones.

    Sizes and disturbances follow from `seed`; `rate` is the line's, in bytes a second; `load` is
    the load average before the latest run.
    """

    date: str
    machine: str
    load: float
    seed: int
    rate: int
    versions: dict[str, str]
    figures: tuple[Figures, ...]


def load(path: Path = LATEST) -> Results:
    """Read the figures of a run."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def merged(earlier: Results, later: Results) -> Results:
    """The later run, with those rows of the earlier one that it did not measure again."""
    measured = {_row(figures) for figures in later.figures}
    kept = [figures for figures in earlier.figures if _row(figures) not in measured]
    rows = sorted([*kept, *later.figures], key=_place)
    return msgspec.structs.replace(later, figures=tuple(rows))


def _row(figures: Figures) -> tuple[str, str, int]:
    return figures.uploader, figures.browser, figures.files


def _place(figures: Figures) -> tuple[int, str, str]:
    return -figures.files, figures.browser, figures.uploader
