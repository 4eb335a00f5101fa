"""Who agrees with whom about a file."""

from collections.abc import Mapping
from itertools import combinations

from benchmarks.compare.outcomes import READERS, Difference, Outcome, ReaderName, Status

Pair = tuple[ReaderName, ReaderName]
PAIRS: tuple[Pair, ...] = tuple(combinations(READERS, 2))

MOST_MEAN = 3.0  # levels
MOST_SHARE = 0.02  # of the pixels far off: a torn corner hardly moves the mean

# Classes, in the order of the report; "X alone": the other two agree with each other.
ALONE: dict[ReaderName, str] = {reader: f"{reader} alone" for reader in READERS}
TWO_DIFFER = "two differ"  # the third cannot read the format
ALL_DIFFER = "all differ"
ALL_AGREE = "all agree"
ALL_REFUSE = "all refuse"
ONE_READER = "one reader"  # no other can read the format
NO_READER = "no reader"
DIFFERING = (*ALONE.values(), TWO_DIFFER, ALL_DIFFER)
CLASSES = (*DIFFERING, ALL_AGREE, ALL_REFUSE, ONE_READER, NO_READER)

# A picture that takes a reader's process or time with it counts as refused.
_NO_PICTURE: tuple[Status, ...] = ("refused", "crashed", "timed_out")


def classify(outcomes: Mapping[ReaderName, Outcome], differences: Mapping[Pair, Difference]) -> str:
    """The class of a file; `differences` has the pairs that are ready in the same size."""
    able = [reader for reader in READERS if outcomes[reader].status != "cannot_read"]
    if len(able) < 2:
        return ONE_READER if able else NO_READER
    if all(outcomes[reader].status in _NO_PICTURE for reader in able):
        return ALL_REFUSE
    agreeing = [pair for pair in combinations(able, 2) if _agree(pair, outcomes, differences)]
    if len(agreeing) == len(list(combinations(able, 2))):
        return ALL_AGREE
    if len(able) == 2:
        return TWO_DIFFER
    if not agreeing:
        return ALL_DIFFER
    # Of two agreeing pairs the closer one counts.
    closest = min(agreeing, key=lambda pair: _distance(pair, differences))
    return ALONE[next(reader for reader in able if reader not in closest)]


def _agree(
    pair: Pair, outcomes: Mapping[ReaderName, Outcome], differences: Mapping[Pair, Difference]
) -> bool:
    if all(outcomes[reader].status in _NO_PICTURE for reader in pair):
        return True
    found = differences.get(pair)
    return found is not None and found.mean <= MOST_MEAN and found.share <= MOST_SHARE


def _distance(pair: Pair, differences: Mapping[Pair, Difference]) -> float:
    return differences[pair].mean if pair in differences else 0.0
