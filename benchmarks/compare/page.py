"""The HTML page: one row for each file that differs."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from benchmarks.compare.agreement import DIFFERING, PAIRS
from benchmarks.compare.comparing import Compared
from benchmarks.compare.outcomes import READERS

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Pictures that readers disagree about</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 1rem; }
  table { border-collapse: collapse; }
  td, th { border: 1px solid #ccc; padding: 4px; text-align: left; vertical-align: top; }
  td:first-child { max-width: 22em; overflow-wrap: anywhere; }
  td:not(:first-child) { max-width: 20em; overflow-wrap: anywhere; }
  img { display: block; min-width: 64px; image-rendering: pixelated;
        background: repeating-conic-gradient(#bbb 0 25%, #eee 0 50%) 0 0 / 16px 16px; }
</style>
"""
_COLUMNS = ("file", *READERS, "differences, four times as strong")


def page(compared: Sequence[Compared]) -> str:
    """The page's HTML; its pictures lie in `pictures/` beside it."""
    return _HEAD + "".join(_sections(compared)) + "</html>\n"


def _sections(compared: Sequence[Compared]) -> Iterator[str]:
    for class_ in DIFFERING:
        found = [one for one in compared if one.class_ == class_]
        yield from _section(class_, [one for one in found if not one.explanation])
        yield from _section(f"{class_}, explained", [one for one in found if one.explanation])


def _section(title: str, compared: Sequence[Compared]) -> Iterator[str]:
    if not compared:
        return
    yield f"<h2>{escape(title)}: {len(compared)}</h2>\n<table>\n<tr>"
    yield "".join(f"<th>{column}</th>" for column in _COLUMNS) + "</tr>\n"
    yield from map(_row, compared)
    yield "</table>\n"


def _row(one: Compared) -> str:
    cells = [f"{escape(one.file)}<br>{one.kind}<br>{escape(one.explanation)}"]
    for reader in READERS:
        outcome = one.outcomes[reader]
        picture = _picture(one, reader) if outcome.status == "ready" else ""
        cells.append(f"{picture}{escape(outcome.summary)}<br>{escape(outcome.detail)}")
    cells.append("".join(_difference(one, "-".join(pair)) for pair in PAIRS))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _difference(one: Compared, pair: str) -> str:
    if pair not in one.differences:
        return ""
    return f"{_picture(one, pair)}{pair}: {one.differences[pair].summary}<br>"


def _picture(one: Compared, name: str) -> str:
    source = Path("pictures", one.pictures, f"{name}.png").as_posix()
    return f'<img loading="lazy" alt="" src="{source}">'
