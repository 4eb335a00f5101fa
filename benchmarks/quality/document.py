"""docs/quality.md, made from benchmarks/quality.json."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from benchmarks.quality.validating import Comparison, Way

DOCUMENT = Path(__file__).parents[2] / "docs" / "quality.md"

_HEAD = """# `quality = "auto"`

For each rendition and format the lowest quality at which the picture still looks as good as it
should: an expected SSIMULACRA2 of {target}. Tiles of the picture are encoded once or twice and
compared in plain Pillow; the quality is read off the line through both, and stays between {lowest}
and {highest} (`chalicelib/imaging/quality/`). What is encoded then takes several times as long as
at a fixed quality, for fewer bytes: libwebp's effort is 6 instead of 2, aom's speed 8 instead
of 9. The weights of the comparison are fitted on the photographs "fit" of
`benchmarks/photographs.toml`; no number was chosen by looking at the others, "held-out".

Keep a number for thumbnails: at 200 pixels the codecs' coarser colours weigh more than anything
that a quality changes, and "auto" gains nothing over a fixed one in WebP and JPEG.

Scores are SSIMULACRA2 of a file against the very pixels that were encoded, of renditions that have
fewer pixels than their photograph. A number is what `quality` would be; "sharp" is WebP of
libwebp's effort 4, which is what sharp writes. MB is all files together. The last two columns say
what "auto" weighs where the other way, at another quality, has the same tenth percentile.

| what | command |
|---|---|
| fit the weights (`weights.toml` there) | `python -m benchmarks.quality fit` |
| measure; write `benchmarks/quality.json` and this page | `python -m benchmarks.quality validate` |
"""

_TITLES = {
    "held-out": "## Photographs that no number was fitted on",
    "fit": "## Photographs that the weights were fitted on",
}
_SHOWN = ("82", "auto", "sharp 80")


class Results(Struct, frozen=True):
    """All of benchmarks/quality.json; `scored_by` says by what the scores were worked out."""

    scored_by: str
    comparisons: list[Comparison]


def page(results: Results, facts: dict[str, int]) -> str:
    """The page; `facts` fill the gaps of its head."""
    parts = [_HEAD.format(**facts), f"Scored by {results.scored_by}.\n"]
    for set_name, title in _TITLES.items():
        found = [each for each in results.comparisons if each.set == set_name]
        parts.append("\n".join([title, "", *_table(found), ""]))
    return "\n".join(parts)


def _table(comparisons: list[Comparison]) -> Iterator[str]:
    yield "| format, box | photographs | quality | MB | mean | p10 | worst | of fixed | of sharp |"
    yield "|---|--:|---|--:|--:|--:|--:|--:|--:|"
    for each in comparisons:
        for way in each.ways:
            if way.name in _SHOWN:
                yield _line(each, way)


def _line(each: Comparison, way: Way) -> str:
    ratios = " | "
    if way.name == "auto":
        ratios = f"×{each.against_fixed:.2f} | ×{each.against_sharp:.2f}"
    figures = f"{way.megabytes:.2f} | {way.mean:.1f} | {way.tenth:.1f} | {way.worst:.1f}"
    name = f"{each.format} {each.side}"
    return f"| {name} | {each.photographs} | {way.name} | {figures} | {ratios} |"
