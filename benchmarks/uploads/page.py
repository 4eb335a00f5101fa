"""Writes docs/upload-recovery.md from the figures of a run."""

import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.uploads.disturbances import CUTS, KILLS
from benchmarks.uploads.files import MEGABYTE
from benchmarks.uploads.results import Figures, Results

PAGE = toolchain.ROOT / "docs/upload-recovery.md"
LANES = 9  # parts that Darkroom's uploader sends in parallel: three of three files
_TEMPLATE = Path(__file__).with_name("template.md")
_HEADS = (
    "uploader",
    "browser",
    "ready",
    "lost",
    "twice",
    "left",
    "kills, cuts",
    "retries",
    "sent",
    "again",
    "at most",
    "needlessly",
    "seconds",
)


def page(results: Results) -> str:
    """The text of the page."""
    figures = results.figures
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        files=max(found.files for found in figures),
        large=f"{max((f.bytes for f in figures if f.files == 1), default=0) / MEGABYTE:.0f}",
        rate=f"{results.rate / MEGABYTE:.0f}",
        kills=KILLS,
        cuts=CUTS,
        conclusion=conclusion(figures),
        tables=_tables(figures),
        seed=results.seed,
        versions=", ".join(f"`{name}` {number}" for name, number in results.versions.items()),
        date=results.date,
        commits=", ".join(dict.fromkeys(found.commit for found in figures)),
        machine=results.machine,
        load=results.load,
        browsers=" and ".join(dict.fromkeys(_version(found.user_agent) for found in figures)),
    )


def conclusion(figures: Sequence[Figures]) -> str:
    """Whether Darkroom's uploader lost nothing, repeated nothing, and sent little again."""
    ours = [found for found in figures if found.uploader == "Darkroom"]
    faults = [
        text
        for text, is_fault in (
            ("lost files", any(found.lost for found in ours)),
            ("stored files twice", any(found.twice for found in ours)),
            ("sent parts again that were stored", any(found.needless for found in ours)),
            (f"sent more than {LANES} parts again", any(found.worst > LANES for found in ours)),
        )
        if is_fault
    ]
    if faults:
        return f"Darkroom's uploader {', '.join(faults)}."
    return (
        "Darkroom's uploader lost none, stored none twice, and sent no part again that had arrived."
    )


def _tables(figures: Sequence[Figures]) -> str:
    counts = dict.fromkeys(found.files for found in figures)
    return "\n\n".join(_table([f for f in figures if f.files == count]) for count in counts)


def _table(figures: Sequence[Figures]) -> str:
    whole = figures[0]
    named = f"{whole.files} files" if whole.files > 1 else "One file"
    rule = ["---"] * 2 + ["--:"] * (len(_HEADS) - 2)
    rows = [_HEADS, rule, *(_row(found) for found in figures)]
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join([f"{named}, {whole.bytes / MEGABYTE:,.0f} MB:", "", *lines])


def _row(found: Figures) -> list[str]:
    return [
        found.uploader,
        found.browser,
        f"{found.ready} of {found.files}",
        str(found.lost),
        str(found.twice),
        str(found.unfinished),
        f"{found.kills}, {found.cuts}",
        str(found.retries),
        f"{found.sent / found.bytes:.0%}",
        str(found.again),
        str(found.worst),
        str(found.needless),
        f"{found.seconds:.0f}",
    ]


def _version(user_agent: str) -> str:
    """The browser's name and major version."""
    found = re.search(r"(Chrome|Firefox)/(\d+)", user_agent)
    return f"{found[1].replace('Chrome', 'Chromium')} {found[2]}" if found else user_agent
