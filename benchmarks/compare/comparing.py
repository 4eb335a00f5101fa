"""Reads one file with all readers and compares what they found."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from msgspec import Struct
from PIL import Image

from benchmarks.compare.agreement import DIFFERING, PAIRS, Pair, classify
from benchmarks.compare.difference import difference
from benchmarks.compare.explanations import Explanation
from benchmarks.compare.formats import kind_of, knows
from benchmarks.compare.outcomes import Difference, Outcome, ReaderName
from benchmarks.compare.readers import Reader
from benchmarks.compare.sheets import write_pictures

_CANNOT = Outcome(status="cannot_read")


class Compared(Struct, frozen=True, kw_only=True):
    """A file's comparison; `pictures` is its folder of pictures, or empty.

    `file` is relative to the folder compared. `explanation` is empty if there is none.
    """

    file: str
    kind: str
    class_: str
    explanation: str
    outcomes: dict[ReaderName, Outcome]
    differences: dict[str, Difference]
    pictures: str = ""


def compare(
    folder: Path,
    readers: Mapping[ReaderName, Reader],
    explanations: Sequence[Explanation],
    pictures: Path | None,
) -> Iterator[Compared]:
    """Each picture below `folder`; those of files that differ are written into `pictures`."""
    numbers = count(1)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        kind = kind_of(path.read_bytes(), path.suffix)
        if kind is None:
            continue
        outcomes, images = _read(path, kind, readers)
        differences = _differences(images)
        name, class_ = path.relative_to(folder).as_posix(), classify(outcomes, differences)
        differs, number = class_ in DIFFERING, ""
        if differs and pictures:
            number = f"{next(numbers):04}"
            write_pictures(pictures / number, images)
        difference_of = name, kind, class_, outcomes["darkroom"].reason
        reasons = [one.why for one in explanations if differs and one.holds(*difference_of)]
        yield Compared(
            file=name,
            kind=kind,
            class_=class_,
            explanation=reasons[0] if reasons else "",
            outcomes=outcomes,
            differences={"-".join(pair): found for pair, found in differences.items()},
            pictures=number,
        )


def _read(
    path: Path, kind: str, readers: Mapping[ReaderName, Reader]
) -> tuple[dict[ReaderName, Outcome], dict[ReaderName, Image.Image]]:
    outcomes: dict[ReaderName, Outcome] = {}
    images: dict[ReaderName, Image.Image] = {}
    for name, reader in readers.items():
        outcomes[name], image = reader.read(path) if knows(name, kind) else (_CANNOT, None)
        if image:
            images[name] = image
    return outcomes, images


def _differences(images: Mapping[ReaderName, Image.Image]) -> dict[Pair, Difference]:
    return {
        (first, second): difference(images[first], images[second])
        for first, second in PAIRS
        if first in images and second in images and images[first].size == images[second].size
    }
