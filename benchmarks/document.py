"""Writes docs/performance.md, its chart and docs/cost.md from the figures of a run."""

from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.chart import chart
from benchmarks.costs.document import COST_PAGE, cost_page
from benchmarks.costs.prices import prices
from benchmarks.details import (
    distributions_table,
    imports,
    millions_table,
    photographs_table,
    shares,
    start_table,
    versions_line,
)
from benchmarks.ratios import cpu_ratio
from benchmarks.results import Results
from benchmarks.tables import (
    aims_table,
    furthest,
    large_table,
    memory_table,
    scores_table,
    seconds_table,
    times_table,
)
from benchmarks.tails import tails_table

PAGE = toolchain.ROOT / "docs/performance.md"
CHART = toolchain.ROOT / "docs/performance.svg"
_TEMPLATE = Path(__file__).with_name("performance.template.md")


def write_documents(results: Results) -> None:
    """Write the pages and the chart of a whole run."""
    PAGE.write_text(page(results), encoding="utf-8")
    CHART.write_text(chart(results), encoding="utf-8")
    COST_PAGE.write_text(cost_page(results), encoding="utf-8")


def page(results: Results) -> str:
    """The text of `docs/performance.md`."""
    sizes = sorted(photograph.megapixels for photograph in results.photographs)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        command=results.command,
        date=results.date,
        commit=results.commit,
        machine=results.machine,
        versions=versions_line(results),
        rounds=results.rounds,
        number=len(results.photographs),
        smallest=f"{sizes[0]:.0f}",
        largest=f"{sizes[-1]:.0f}",
        metric_here=f"{results.metric[0]:.3f}",
        metric_there=f"{results.metric[1]:.3f}",
        prices_date=prices().date,
        furthest=furthest(results),
        aims=aims_table(results),
        over_pillow_2=_cpu_over(results, "darkroom", "pillow-floor-2"),
        over_pillow_4=_cpu_over(results, "darkroom-method-4", "pillow-floor-4"),
        times=times_table(results),
        seconds=seconds_table(results),
        scores=scores_table(results),
        tails=tails_table(results),
        large=large_table(results),
        memory=memory_table(results),
        distributions=distributions_table(results),
        start=start_table(results),
        millions=millions_table(results),
        photographs=photographs_table(results),
        **shares(results),
        **imports(results),
    )


def _cpu_over(results: Results, contender: str, other: str) -> str:
    return f"{cpu_ratio(results, contender, other).median:.2f}"
