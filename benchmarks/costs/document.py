"""Writes docs/cost.md from a run, the prices and the assumptions."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.costs.bills import Bill, Line, Sizes
from benchmarks.costs.prices import prices
from benchmarks.costs.usage import Mean, Usage, assumed, mean_of
from benchmarks.results import Results
from benchmarks.search.results import Results as Simulation
from benchmarks.search.results import load as simulated
from benchmarks.tables import table
from chalicelib.telemetry.metrics import UNITS
from chalicelib.views.costs import SEARCH_WRITES, estimate, keeping
from ops.local.runtime.functions import limits_of

COST_PAGE = toolchain.ROOT / "docs/cost.md"
_TEMPLATE = Path(__file__).with_name("cost.template.md")
_SCANNED = 1e7  # images, for which the page says what checking each once costs
_AMOUNTS = {"a thousand": 1e3, "a million": 1e6, "a hundred million": 1e8}


def cost_page(results: Results) -> str:
    """The text of `docs/cost.md`."""
    usage = assumed()
    sizes = Sizes(
        api=limits_of("api_handler").megabytes,
        processing=limits_of("process_upload").megabytes,
        sweep=limits_of("sweep").megabytes,
        sweep_seconds=limits_of("sweep").seconds,
    )
    mean = mean_of(results, sizes.processing, usage.viewed)
    bills = [Bill(amount, mean, usage, sizes, prices()) for amount in _AMOUNTS.values()]
    due = [
        [*bill.once(), *bill.kept(), *bill.delivered(), *bill.swept(), *bill.standing()]
        for bill in bills
    ]
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        prices_date=prices().date,
        run_date=results.date,
        photographs=len(results.photographs),
        processing=f"{sizes.processing:,}",
        api=f"{sizes.api:,}",
        sweep=f"{sizes.sweep:,}",
        metrics=len(UNITS),
        bill=_table(due, total=True),
        options=_table([[*bill.on_demand(), *bill.options()] for bill in bills], total=False),
        idle=dollars(bills[0].idle),
        **_search(simulated()),
        **_scan(Bill(_SCANNED, mean, usage, sizes, prices())),
        **_mean(mean, usage, sizes),
        **_assumptions(usage),
    )


def _table(bills: list[list[Line]], *, total: bool) -> str:
    rows = [["", *_AMOUNTS]]
    # Bills differ in their amounts only: a row is the same line of each.
    for group, lines in groupby(zip(*bills, strict=True), lambda line: line[0].group):
        rows.append([f"**{group}**", *[""] * len(bills)])
        rows += [[line[0].text, *(dollars(cell.dollars) for cell in line)] for line in lines]
    if total:
        rows.append(["**The first month**", *(dollars(_sum(bill)) for bill in bills)])
    return table(rows)


def _sum(lines: Iterable[Line]) -> float:
    return sum(line.dollars for line in lines)


def dollars(amount: float) -> str:
    """An amount as text, with cents if they matter."""
    if 0 < amount < 0.005:
        return "under $0.01"
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"


def _search(found: Simulation) -> dict[str, str]:
    head = [
        "",
        "found",
        "requests",
        "shown",
        "entries",
        "records",
        "read units",
        "a thousand times",
    ]
    rows = [head]
    for action in found.actions:
        numbers = (
            action.matches,
            action.requests,
            action.images,
            action.entries,
            action.records,
            action.units,
        )
        cost = dollars(1_000 * action.units * prices().dynamodb_read_unit)
        rows.append([action.title, *(f"{number:,}" for number in numbers), cost])
    return {
        "search_entries": str(SEARCH_WRITES // 2),
        "search_units": str(SEARCH_WRITES),
        "search_patch": str(SEARCH_WRITES + 2),
        "search_dollars": dollars(1e6 * SEARCH_WRITES * prices().dynamodb_write_unit),
        "entry_bytes": f"{found.entry_bytes:.0f}",
        "mean_entries": f"{found.entries:.0f}",
        "search_images": f"{found.images:,}",
        "search_page": str(found.page),
        "searches": table(rows),
    }


def _scan(bill: Bill) -> dict[str, str]:
    lists, reads, compute = bill.scan()
    parts = {"lists": lists, "reads": reads, "compute": compute}
    return {
        **{f"scan_{name}": dollars(amount) for name, amount in parts.items()},
        "scan_dollars": dollars(sum(parts.values())),
        "scan_hours": f"{bill.scan_seconds / 3600:,.0f}",
    }


def _mean(mean: Mean, usage: Usage, sizes: Sizes) -> dict[str, str]:
    processing = round(mean.milliseconds + usage.waiting_milliseconds)
    making = estimate(processing, sizes.processing, mean.files)
    month = keeping(round(mean.upload + mean.renditions))
    return {
        "milliseconds": f"{mean.milliseconds:,.0f}",
        "files": str(mean.files),
        "upload_kb": f"{mean.upload / 1000:,.0f}",
        "renditions_kb": f"{mean.renditions / 1000:,.0f}",
        "viewed_kb": f"{mean.viewed / 1000:,.0f}",
        "estimate": f"${making:.6f}",
        "keeping": f"${month:.6f}",
        "months": f"{making / month:.1f}",
    }


def _assumptions(usage: Usage) -> dict[str, str]:
    numbers = {name: f"{getattr(usage, name)}" for name in usage.__struct_fields__}
    shares = ("cold_share", "misses", "traced")
    return numbers | {
        "viewed": " and ".join(f"`{name}`" for name in usage.viewed),
        **{name: f"{getattr(usage, name):.0%}" for name in shares},
    }
