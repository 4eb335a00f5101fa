"""Writes docs/coldstart.md from the figures of a run."""

from pathlib import Path
from statistics import median
from string import Template

from benchmarks import toolchain
from benchmarks.coldstart.programs import BOTO3
from benchmarks.coldstart.results import Results
from benchmarks.tables import table

PAGE = toolchain.ROOT / "docs/coldstart.md"
_TEMPLATE = Path(__file__).with_name("template.md")
_AIMS = (("API", "api", 0.5), ("processor", "processor", 1.2))


def page(results: Results) -> str:
    """The text of the page."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        date=results.date,
        commit=results.commit,
        machine=results.machine,
        load=f"{results.load:.1f}",
        rounds=results.rounds,
        versions=", ".join(f"{name} {number}" for name, number in results.versions.items()),
        aims=_aims(results),
        starts=_starts(results),
        calls=_calls(results),
        shares=_shares(results),
        packages=_packages(results),
    )


def _aims(results: Results) -> str:
    rows = [["init over that of a bare client", "at most", "measured", "met"]]
    for title, name, most in _AIMS:
        found = results.ratio(name, BOTO3)
        rows.append([title, f"{most:.2f}", f"{found:.2f}", "yes" if found <= most else "no"])
    return table(rows)


def _starts(results: Results) -> str:
    rows = [["", "init, ms", "CPU, ms", "over the bare client", "in CPU time", "memory, MB"]]
    rows += [
        [
            starts.title,
            f"{1000 * median(starts.wall):.0f}",
            f"{1000 * median(starts.cpu):.0f}",
            f"{results.ratio(starts.name, BOTO3):.2f}",
            f"{results.cpu_ratio(starts.name, BOTO3):.2f}",
            f"{starts.megabytes:.0f}",
        ]
        for starts in results.starts
    ]
    return table(rows)


def _calls(results: Results) -> str:
    rows = [["", "first call, ms", "later ones, ms", "peak memory, MB"]]
    rows += [
        [
            calls.title,
            f"{1000 * median(calls.first):.0f}",
            f"{1000 * median(calls.later):.0f}",
            f"{calls.megabytes:.0f}",
        ]
        for calls in results.calls
    ]
    return table(rows)


def _shares(results: Results) -> str:
    kinds = list(results.shares[0].seconds)
    rows = [["memory, MB", "of a processor", *(f"{kind}, ms" for kind in kinds)]]
    rows += [
        [
            f"{share.megabytes:,}",
            f"{share.share:.2f}",
            *(f"{1000 * share.seconds[kind]:,.0f}" for kind in kinds),
        ]
        for share in results.shares
    ]
    return table(rows)


def _packages(results: Results) -> str:
    rows = [["", "zipped, MB", "unzipped, MB"]]
    rows += [
        [f"`{file.name}`", f"{file.packed / 1e6:.1f}", f"{file.unpacked / 1e6:.1f}"]
        for file in results.packages
    ]
    return table(rows)
