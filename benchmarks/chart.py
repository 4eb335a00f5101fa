"""The chart that README shows: CPU time as bars, in SVG, for light and dark pages."""

from typing import NamedTuple
from xml.sax.saxutils import escape

from benchmarks.aims import SHARP
from benchmarks.ratios import cpu_ratio
from benchmarks.results import Results

_WIDTH, _LEFT, _ROW, _TOP, _FOOT = 760, 300, 30, 62, 34  # pixels
_VALUE_WIDTH = 70  # right of the longest bar, for its figure

_STYLE = """
    text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 16px }
    .note { font-size: 12px; fill: #59636e }
    .ours { fill: #0969da } .theirs { fill: #afb8c1 } .floor { fill: #d9dee3 }
    .strong { font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc } .note { fill: #9198a1 }
      .ours { fill: #4493f8 } .theirs { fill: #656c76 } .floor { fill: #3d444d }
    }
"""


class Bar(NamedTuple):
    """A bar of the chart; `kind` is "ours", "theirs" or "floor"."""

    label: str
    value: float
    kind: str


_SHOWN = (
    ("darkroom", "Darkroom", "ours"),
    ("darkroom-avif", "Darkroom, AVIF and WebP", "ours"),
    ("sharp-cascade-2", "sharp by an expert, effort 2", "theirs"),
    ("sharp-cascade-4", "sharp by an expert, effort 4", "theirs"),
    (SHARP, "sharp as documented", "theirs"),
    ("pyvips-cascade", "pyvips, cascade", "theirs"),
    ("pyvips-thumbnail", "pyvips, thumbnails", "theirs"),
    ("thumbor", "thumbor's engine", "theirs"),
    ("pillow", "Pillow as tutorials write it", "theirs"),
    ("floor-2", "floor: the codecs alone", "floor"),
)


def chart(results: Results) -> str:
    """The SVG of a run that includes sharp."""
    bars = [
        Bar(label, cpu_ratio(results, name, SHARP).median, kind)
        for name, label, kind in _SHOWN
        if results.has(name)
    ]
    number = len(results.photographs)
    note = f"Medians over {number} photographs, four WebP sizes each, at equal SSIMULACRA2"
    return drawn("CPU time for a photograph (sharp as documented = 1)", note, bars)


def drawn(title: str, note: str, bars: list[Bar]) -> str:
    """A chart of `bars` that start at zero; the longest fills the width."""
    height = _TOP + _ROW * len(bars) + _FOOT - 24
    scale = (_WIDTH - _LEFT - _VALUE_WIDTH) / max(bar.value for bar in bars)
    rows = "\n".join(_row(bar, _TOP + _ROW * index, scale) for index, bar in enumerate(bars))
    label = escape(f"{title}: " + ", ".join(f"{bar.label} {bar.value:.2f}" for bar in bars))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">
  <title>{label}</title>
  <style>{_STYLE}  </style>
  <text class="title" x="8" y="24">{escape(title)}</text>
  <text class="note" x="8" y="44">{escape(note)}</text>
{rows}
</svg>
"""


def _row(bar: Bar, top: int, scale: float) -> str:
    length = bar.value * scale
    weight = ' class="strong"' if bar.kind == "ours" else ""
    middle = top + 16
    label, value = escape(bar.label), f"{bar.value:.2f}"
    position = f'x="{_LEFT}" y="{top}" width="{length:.1f}" height="22"'
    return f"""\
  <text{weight} x="{_LEFT - 10}" y="{middle}" text-anchor="end">{label}</text>
  <rect class="{bar.kind}" {position} rx="3"/>
  <text{weight} x="{_LEFT + length + 8:.1f}" y="{middle}">{value}</text>"""
