"""The summary on the terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.compare.agreement import CLASSES, DIFFERING
from benchmarks.compare.comparing import Compared


def summary(compared: Sequence[Compared]) -> str:
    """Counts of the classes, and of the formats in them."""
    return "\n".join(_lines(compared))


def _lines(compared: Sequence[Compared]) -> Iterator[str]:
    yield f"{len(compared):6,}  files"
    for class_ in CLASSES:
        found = [one for one in compared if one.class_ == class_]
        if not found:
            continue
        kinds = Counter(one.kind for one in found)
        listed = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
        explained = sum(bool(one.explanation) for one in found)
        accepted = f"; {explained:,} explained" if class_ in DIFFERING and explained else ""
        yield f"{len(found):6,}  {class_} ({listed}{accepted})"
