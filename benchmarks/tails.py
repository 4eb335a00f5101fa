"""What `quality = "auto"` saves where the worst tenth of the photographs looks the same."""

from benchmarks.ratios import AUTO, tail_ratio, weights_of
from benchmarks.results import Results, Tail
from benchmarks.tables import ratio, table


def tails_table(results: Results) -> str:
    """A line for each family that "auto" is compared with."""
    rows = [["", "its quality", "bytes of auto over its", "all bytes together"]]
    for tail in results.tails:
        paired = tail_ratio(results, tail.family)
        if paired:
            title = next(one.title for one in results.contenders if one.family == tail.family)
            rows.append(
                [title, str(tail.quality), ratio(paired), f"{_together(results, tail):.2f}"]
            )
    return table(rows) if len(rows) > 1 else 'This run had no quality "auto".'


def _together(results: Results, tail: Tail) -> float:
    return sum(weights_of(results, AUTO).values()) / sum(tail.bytes.values())
