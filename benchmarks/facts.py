"""The rest of a run's figures: distributions, cold starts, prices, what took part."""

from statistics import median

from benchmarks.millions import MEMORIES, Bill, Measured, bill
from benchmarks.ratios import cpu_seconds, mean, percentile, share, sizes_of, wall_seconds
from benchmarks.results import Results
from benchmarks.tables import table
from chalicelib.costs import prices

_PERCENTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
_LIMIT = 0.3  # seconds: "a picture in under 300 ms"
_GOAL = 150_000  # bytes: "150 KB at 1920"
_PAIRS = (  # a name, the contender on one processor, the same on two
    ("Darkroom", "darkroom", "darkroom-2"),
    ("sharp as documented", "sharp-clones-4", "sharp-clones-4-2"),
    ("sharp by an expert, effort 2", "sharp-cascade-2", "sharp-cascade-2-2"),
)


def distributions_table(results: Results) -> str:
    """Darkroom's times and sizes over the photographs."""
    large = sizes_of(results, "darkroom", "1080p")
    originals = {one.name: one.bytes for one in results.photographs}
    rows = [["", *(_percentile(one) for one in _PERCENTILES)]]
    for text, values, shape in (
        ("CPU time, ms", [1000 * one for one in cpu_seconds(results, "darkroom")], "{:,.0f}"),
        ("wall time on two CPUs, ms", [1000 * one for one in _two(results)], "{:,.0f}"),
        ("upload, KB", [one / 1000 for one in originals.values()], "{:,.0f}"),
        ("1080p, KB", [one / 1000 for one in large], "{:,.0f}"),
    ):
        rows.append([text, *(shape.format(percentile(values, one)) for one in _PERCENTILES)])
    return table(rows)


def _percentile(share: float) -> str:
    return {0.0: "least", 0.5: "median", 1.0: "most"}.get(share, f"{share:.0%}")


def _two(results: Results) -> list[float]:
    return wall_seconds(results, "darkroom-2" if results.has("darkroom-2") else "darkroom")


def shares(results: Results) -> dict[str, str]:
    """How many photographs take under 300 ms and weigh under 150 KB, in words."""
    cpu = share(cpu_seconds(results, "darkroom"), lambda one: one < _LIMIT)
    wall = share(_two(results), lambda one: one < _LIMIT)
    small = share(sizes_of(results, "darkroom", "1080p"), lambda one: one < _GOAL)
    originals = sum(one.bytes for one in results.photographs)
    large = sum(sizes_of(results, "darkroom", "1080p"))
    return {
        "under_300_cpu": "{} of {}".format(*cpu),
        "under_300_wall": "{} of {}".format(*wall),
        "under_150": "{} of {}".format(*small),
        "saved": f"{1 - large / originals:.0%}",
    }


def start_table(results: Results) -> str:
    """Milliseconds of fresh interpreters, medians."""
    start = results.start
    rows = [["", "ms"]]
    for text, times in (
        ("A bare interpreter: started and ended", start.bare),
        ("`import chalicelib.imaging`", start.imported),
        ("the first picture, of 640 × 480", start.first),
        ("the same picture again", start.second),
    ):
        rows.append([text, f"{median(times):.0f}"])
    return table(rows)


def imports(results: Results) -> dict[str, str]:
    """What a first picture makes Python import: how many modules, and from which packages."""
    modules = results.start.modules
    ours = ("chalicelib", "PIL", "msgspec")
    packages = {name.split(".")[0] for name in modules}
    counts = [
        f"{sum(one.split('.')[0] == name for one in modules)} of `{name}`"
        for name in sorted(packages, key=str.lower)
        if name in ours or name not in _standard()
    ]
    return {"modules": str(len(modules)), "packages": ", ".join(counts)}


def _standard() -> set[str]:
    import sys

    return set(sys.stdlib_module_names) | {"__mp_main__"}


def millions_table(results: Results) -> str:
    """US dollars for a million photographs, and milliseconds for one, by memory size."""
    pairs = [pair for pair in _PAIRS if results.has(pair[1]) and results.has(pair[2])]
    rows = [["memory", *(name for name, _, _ in pairs)]]
    for memory in MEMORIES:
        bills = [bill(_measured(results, *pair[1:]), memory, prices()) for pair in pairs]
        rows.append([f"{memory:,} MB", *map(_bill, bills)])
    return table(rows) if pairs else "Not measured in this run."


def _bill(found: Bill) -> str:
    return f"${found.dollars:,.2f} ({found.milliseconds:,} ms)"


def _measured(results: Results, alone: str, together: str) -> Measured:
    return Measured(
        mean(cpu_seconds(results, alone)),
        mean(wall_seconds(results, together)),
        mean(cpu_seconds(results, together)),
    )


def photographs_table(results: Results) -> str:
    """The photographs of the run, smallest first."""
    rows = [["", "megapixels", "KB", "kind"]]
    rows += [
        [one.name, f"{one.megapixels:.1f}", f"{one.bytes / 1000:,.0f}", one.kind]
        for one in sorted(results.photographs, key=lambda one: one.megapixels)
    ]
    return table(rows)


def versions_line(results: Results) -> str:
    """Every version that took part, in one sentence."""
    return ", ".join(f"{name} {version}" for name, version in results.versions.items()) + "."
