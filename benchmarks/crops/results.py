"""The figures of a run, and the table that docs/smart-crop.md shows."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

RESULTS = Path(__file__).parents[1] / "crops.json"
DOCUMENT = Path(__file__).parents[2] / "docs" / "smart-crop.md"
OURS, CENTRE = "Darkroom", "centre"

_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->\n"
_TITLES = {"head": "**all heads**", "object": "**all objects**"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The crops of one ratio of one collection: how many there are, and how many fail by tool."""

    collection: str
    kind: str
    ratio: str
    crops: int
    failures: dict[str, int]


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """Of the photographs held out; `milliseconds` is the CPU time of a suggestion."""

    photographs: int
    milliseconds: float
    share_of_rendering: float
    rows: list[Row]


class Outcome(NamedTuple):
    """Whether a tool's crop fails."""

    collection: str
    kind: str
    ratio: str
    tool: str
    fails: bool


def rows_of(outcomes: Iterable[Outcome]) -> list[Row]:
    """The outcomes, counted."""
    groups: dict[tuple[str, str, str], dict[str, list[bool]]] = {}
    for outcome in outcomes:
        group = groups.setdefault(outcome[:3], {})
        group.setdefault(outcome.tool, []).append(outcome.fails)
    return [
        Row(
            collection=collection,
            kind=kind,
            ratio=ratio,
            crops=len(next(iter(tools.values()))),
            failures={tool: sum(fails) for tool, fails in tools.items()},
        )
        for (collection, kind, ratio), tools in groups.items()
    ]


def total(rows: Iterable[Row], kind: str) -> Row:
    """All rows of a kind together."""
    chosen = [row for row in rows if row.kind == kind]
    tools = chosen[0].failures
    failures = {tool: sum(row.failures[tool] for row in chosen) for tool in tools}
    crops = sum(row.crops for row in chosen)
    return Row(collection=kind, kind=kind, ratio="", crops=crops, failures=failures)


def table(results: Results) -> str:
    """The shares of failures as a Markdown table."""
    tools = list(results.rows[0].failures)
    kinds = list(dict.fromkeys(row.kind for row in results.rows))
    lines = [
        f"| photographs | crop | crops | {' | '.join(tools)} |",
        f"|---|---|--:|{'--:|' * len(tools)}",
    ]
    for kind in kinds:
        own = [row for row in results.rows if row.kind == kind]
        lines += [_line(row.collection, row, tools) for row in own]
        lines.append(_line(_TITLES[kind], total(own, kind), tools))
    return "\n".join(lines) + "\n"


def _line(title: str, row: Row, tools: Iterable[str]) -> str:
    shares = (f"{100 * row.failures[tool] / row.crops:.1f} %" for tool in tools)
    return f"| {title} | {row.ratio} | {row.crops} | {' | '.join(shares)} |"


def figures(results: Results) -> str:
    """What the document says in numbers."""
    heads, objects = (total(results.rows, kind).failures for kind in ("head", "object"))
    return (
        f"{table(results)}\n"
        f"Of {results.photographs:,} photographs held out. Centre crops fail {heads[CENTRE]:,} "
        f"times with heads and {objects[CENTRE]:,} times with objects; Darkroom's "
        f"{heads[OURS]:,} and {objects[OURS]:,} times. A suggestion takes "
        f"{results.milliseconds:.1f} ms of CPU time for a picture decoded at 1,920 pixels, "
        f"{100 * results.share_of_rendering:.0f} % of rendering it by the default table.\n"
    )


def load(path: Path = RESULTS) -> Results:
    """The figures that were saved last."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def drawn(text: str, results: Results) -> str:
    """The document's text with these figures."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{figures(results)}{_END}{after}"
