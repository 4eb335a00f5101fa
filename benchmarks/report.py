"""The report that a run prints."""

from benchmarks.details import distributions_table, millions_table, start_table
from benchmarks.results import Results
from benchmarks.tables import (
    aims_table,
    large_table,
    memory_table,
    scores_table,
    seconds_table,
    times_table,
)
from benchmarks.tails import tails_table


def report(results: Results) -> str:
    """All tables of a run, for a terminal."""
    parts = {
        "Over sharp as documented (same number of CPUs): median (least to most)": times_table,
        "Milliseconds": seconds_table,
        "SSIMULACRA2": scores_table,
        'Quality "auto" at an equal worst tenth': tails_table,
        "Large pictures (mosaics): CPU milliseconds": large_table,
        "Peak memory, MB": memory_table,
        "Darkroom over the photographs": distributions_table,
        "Cold start": start_table,
        "A million photographs on Lambda": millions_table,
        "Aims": aims_table,
    }
    tables = [f"{title}\n\n{table(results)}" for title, table in parts.items()]
    return "\n" + "\n\n".join(tables) + "\n"
