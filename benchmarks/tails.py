"""Bytes that `quality = "auto"` saves at an equal tenth percentile of SSIMULACRA2."""

from benchmarks.ratios import AUTO, tail_ratio, weights_of
from benchmarks.results import Results, Tail
from benchmarks.tables import ratio, table


def tails_table(results: Results) -> str:
    """A row for each family that "auto" is compared with."""
    titles = {contender.family: contender.title for contender in reversed(results.contenders)}
    rows = [["", "its quality", "bytes of auto over its", "all bytes together"]]
    for tail in results.tails:
        if paired := tail_ratio(results, tail.family):
            total = f"{_total_ratio(results, tail):.2f}"
            rows.append([titles[tail.family], str(tail.quality), ratio(paired), total])
    return table(rows) if len(rows) > 1 else 'This run had no quality "auto".'


def _total_ratio(results: Results, tail: Tail) -> float:
    return sum(weights_of(results, AUTO).values()) / sum(tail.bytes.values())
