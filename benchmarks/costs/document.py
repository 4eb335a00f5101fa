"""`docs/cost.md`, written from a run, the prices and the assumptions, so that no figure drifts."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.costs.bills import Bill, Line, Sizes
from benchmarks.costs.usage import Mean, Usage, assumed, mean_of
from benchmarks.results import Results
from benchmarks.tables import table
from chalicelib.costs import estimate, keeping, prices
from chalicelib.telemetry.metrics import UNITS
from ops.local.functions import limits_of

COST_PAGE = toolchain.ROOT / "docs/cost.md"
_TEMPLATE = Path(__file__).with_name("cost.template.md")
_WALKED = 1e7  # images, for which the page tells what it costs to look at each once
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
        [*one.once(), *one.kept(), *one.delivered(), *one.swept(), *one.standing()] for one in bills
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
        options=_table([list(one.options()) for one in bills], total=False),
        **_walk(Bill(_WALKED, mean, usage, sizes, prices())),
        **_mean(mean, usage, sizes),
        **_assumptions(usage),
    )


def _table(bills: list[list[Line]], *, total: bool) -> str:
    rows = [["", *_AMOUNTS]]
    for group, places in groupby(range(len(bills[0])), lambda place: bills[0][place].group):
        rows.append([f"**{group}**", *[""] * len(bills)])
        rows += [
            [bills[0][place].text, *(dollars(one[place].dollars) for one in bills)]
            for place in places
        ]
    if total:
        rows.append(["**The first month**", *(dollars(_sum(one)) for one in bills)])
    return table(rows)


def _sum(lines: Iterable[Line]) -> float:
    return sum(line.dollars for line in lines)


def dollars(amount: float) -> str:
    """An amount as people write it: cents where they matter."""
    if 0 < amount < 0.005:
        return "under $0.01"
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"


def _walk(bill: Bill) -> dict[str, str]:
    lists, reads, worked = bill.walk()
    parts = {"lists": lists, "reads": reads, "worked": worked}
    return {
        **{f"walk_{name}": dollars(amount) for name, amount in parts.items()},
        "walk_dollars": dollars(sum(parts.values())),
        "walk_hours": f"{bill.walk_seconds / 3600:,.0f}",
    }


def _mean(mean: Mean, usage: Usage, sizes: Sizes) -> dict[str, str]:
    worked = round(mean.milliseconds + usage.waiting_milliseconds)
    month = keeping(round(mean.upload + mean.renditions))
    return {
        "milliseconds": f"{mean.milliseconds:,.0f}",
        "files": str(mean.files),
        "upload_kb": f"{mean.upload / 1000:,.0f}",
        "renditions_kb": f"{mean.renditions / 1000:,.0f}",
        "viewed_kb": f"{mean.viewed / 1000:,.0f}",
        "estimate": f"${estimate(worked, sizes.processing, mean.files):.6f}",
        "keeping": f"${month:.6f}",
        "months": f"{estimate(worked, sizes.processing, mean.files) / month:.1f}",
    }


def _assumptions(usage: Usage) -> dict[str, str]:
    numbers = {name: f"{getattr(usage, name)}" for name in usage.__struct_fields__}
    shares = ("cold_share", "misses", "traced")
    return numbers | {
        "viewed": " and ".join(f"`{one}`" for one in usage.viewed),
        **{name: f"{getattr(usage, name):.0%}" for name in shares},
    }
