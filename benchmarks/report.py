"""What a run prints."""

from benchmarks.facts import distributions_table, millions_table, start_table
from benchmarks.results import Results
from benchmarks.tables import (
    aims_table,
    memory_table,
    scores_table,
    seconds_table,
    times_table,
)


def report(results: Results) -> str:
    """All tables of a run, for a terminal."""
    parts = {
        "Over sharp as documented (same number of CPUs): median (least to most)": times_table,
        "Milliseconds": seconds_table,
        "SSIMULACRA2": scores_table,
        "Peak memory, MB": memory_table,
        "Darkroom over the photographs": distributions_table,
        "Cold start": start_table,
        "A million photographs on Lambda": millions_table,
        "Aims": aims_table,
    }
    tables = [f"{title}\n\n{make(results)}" for title, make in parts.items()]
    tables += [f"Absent: {name}, since {why}." for name, why in results.absent.items()]
    return "\n" + "\n\n".join(tables) + "\n"
