"""Tables of a run's details: distributions, cold starts, cost of a million, photographs."""

import sys
from statistics import median

from benchmarks.costs.prices import prices
from benchmarks.millions import MEMORIES, Bill, Measured, bill
from benchmarks.ratios import cpu_seconds, mean, percentile, share, sizes_of, wall_seconds
from benchmarks.results import Results
from benchmarks.tables import UNMEASURED, table

_PERCENTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
_LIMIT = 0.3  # seconds
_GOAL = 150_000  # bytes at 1920 pixels
_PAIRS = (  # a title, the contender on one processor, the same on two
    ("Darkroom", "darkroom", "darkroom-2"),
    ("sharp as documented", "sharp-clones-4", "sharp-clones-4-2"),
    ("sharp by an expert, effort 2", "sharp-cascade-2", "sharp-cascade-2-2"),
)


def distributions_table(results: Results) -> str:
    """Darkroom's times and sizes over the photographs."""
    rows = [["", *map(_percentile_title, _PERCENTILES)]]
    for title, values, scale in (
        ("CPU time, ms", cpu_seconds(results, "darkroom"), 1000),
        ("wall time on two CPUs, ms", _wall_on_two(results), 1000),
        ("upload, KB", [photograph.bytes for photograph in results.photographs], 1 / 1000),
        ("1080p, KB", sizes_of(results, "darkroom", "1080p"), 1 / 1000),
    ):
        rows.append([title, *(f"{scale * percentile(values, p):,.0f}" for p in _PERCENTILES)])
    return table(rows)


def _percentile_title(share: float) -> str:
    return {0.0: "least", 0.5: "median", 1.0: "most"}.get(share, f"{share:.0%}")


def _wall_on_two(results: Results) -> list[float]:
    return wall_seconds(results, "darkroom-2" if results.has("darkroom-2") else "darkroom")


def shares(results: Results) -> dict[str, str]:
    """Texts for the template: how many photographs take under 300 ms and weigh under 150 KB."""
    sizes = sizes_of(results, "darkroom", "1080p")
    cpu = share(cpu_seconds(results, "darkroom"), lambda seconds: seconds < _LIMIT)
    wall = share(_wall_on_two(results), lambda seconds: seconds < _LIMIT)
    small = share(sizes, lambda size: size < _GOAL)
    originals = sum(photograph.bytes for photograph in results.photographs)
    return {
        "under_300_cpu": "{} of {}".format(*cpu),
        "under_300_wall": "{} of {}".format(*wall),
        "under_150": "{} of {}".format(*small),
        "saved": f"{1 - sum(sizes) / originals:.0%}",
    }


def start_table(results: Results) -> str:
    """Median milliseconds of fresh interpreters."""
    start = results.start
    rows = [["", "ms"]]
    for title, times in (
        ("A bare interpreter: started and ended", start.bare),
        ("`import chalicelib.imaging`", start.imported),
        ("the first picture, of 640 × 480", start.first),
        ("the same picture again", start.second),
    ):
        rows.append([title, f"{median(times):.0f}"])
    return table(rows)


def imports(results: Results) -> dict[str, str]:
    """Texts for the template: how many modules a first picture imports, by package."""
    modules = results.start.modules
    ours = ("chalicelib", "PIL", "msgspec")
    standard = {*sys.stdlib_module_names, "__mp_main__"}
    packages = {name.split(".")[0] for name in modules}
    counts = [
        f"{sum(module.split('.')[0] == name for module in modules)} of `{name}`"
        for name in sorted(packages, key=str.lower)
        if name in ours or name not in standard
    ]
    return {"modules": str(len(modules)), "packages": ", ".join(counts)}


def millions_table(results: Results) -> str:
    """US dollars for a million photographs, and milliseconds per photograph, by memory size."""
    pairs = [pair for pair in _PAIRS if results.has(pair[1]) and results.has(pair[2])]
    rows = [["memory", *(title for title, _, _ in pairs)]]
    for memory in MEMORIES:
        bills = [bill(_measured(results, *pair[1:]), memory, prices()) for pair in pairs]
        rows.append([f"{memory:,} MB", *map(_bill, bills)])
    return table(rows) if pairs else UNMEASURED


def _bill(found: Bill) -> str:
    return f"${found.dollars:,.2f} ({found.milliseconds:,} ms)"


def _measured(results: Results, single: str, dual: str) -> Measured:
    return Measured(
        mean(cpu_seconds(results, single)),
        mean(wall_seconds(results, dual)),
        mean(cpu_seconds(results, dual)),
    )


def photographs_table(results: Results) -> str:
    """The photographs of the run, smallest first."""
    rows = [["", "megapixels", "KB", "kind"]]
    rows += [
        [photo.name, f"{photo.megapixels:.1f}", f"{photo.bytes / 1000:,.0f}", photo.kind]
        for photo in sorted(results.photographs, key=lambda photo: photo.megapixels)
    ]
    return table(rows)


def versions_line(results: Results) -> str:
    """Versions of everything that was measured, as one sentence."""
    return ", ".join(f"{name} {version}" for name, version in results.versions.items()) + "."
