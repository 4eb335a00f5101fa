"""Writes docs/reliability.md from the figures of a load and a simulation."""

from pathlib import Path
from string import Template

from benchmarks import toolchain
from benchmarks.load.pictures import DAMAGED, SIDES
from benchmarks.load.results import Results, Run
from benchmarks.load.running import USERS
from benchmarks.load.scale import (
    REPROCESSING,
    files,
    pending_units,
    processing_seconds,
    scenario,
    units,
)
from benchmarks.load.scanning import scan, scanned_images
from benchmarks.load.simulate import lambda_table, partitions_table
from benchmarks.load.tables import (
    answers_table,
    capacities_table,
    duration,
    growth_table,
    kills_table,
    moments_table,
    parts_table,
    scans_table,
    times_table,
)
from chalicelib.aws.table_keys import SHARDS
from ops.local.runtime.functions import limits_of

PAGE = toolchain.ROOT / "docs/reliability.md"
_TEMPLATE = Path(__file__).with_name("template.md")
KEPT_DAYS = 7  # retention of the work queue in infrastructure/stores.yaml
_PATHS_OF_A_DELETION = 2  # see chalicelib/aws/cdn.py
_BUSY = 0.85  # of the processors: there is less to do at the start and the end of a run


def page(results: Results) -> str:
    """The text of the page."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        date=results.date,
        commit=results.commit,
        machine=results.machine,
        processors=results.processors,
        versions=", ".join(f"{name} {number}" for name, number in results.versions.items()),
        sides=", ".join(str(side) for side in SIDES[:-1]) + f" or {SIDES[-1]}",
        kilobytes=f"{results.mean_bytes / 1000:.0f}",
        damaged=DAMAGED,
        **_long(results),
        **_growth(results),
        **_scale(results),
        **_indexes(results),
        **_repairs(results),
    )


def _long(results: Results) -> dict[str, str]:
    run = results.long
    return {
        "pictures": f"{run.pictures:,}",
        "workers": str(run.workers),
        "rate": f"{run.rate:g}",
        "per_second": f"{run.per_second:.2f}",
        "seconds": f"{run.seconds:,.0f}",
        "conclusion": conclusion(run),
        "answers": answers_table(run),
        "kills": kills_table(run),
        "times": times_table(run),
        "parts": parts_table(run, results.processors),
        "moments": moments_table(run),
        "most_queue": f"{max(moment.queue for moment in run.moments):,}",
    }


def _growth(results: Results) -> dict[str, str]:
    best = max(results.growth, key=lambda run: run.per_second)
    others = [run.others / duration(run) / results.processors for run in results.growth]
    seconds = results.long.cpu / results.long.pictures
    return {
        "short": f"{best.pictures:,}",
        "growth": growth_table(results.growth, results.processors),
        "best": str(best.workers),
        "most": f"{best.per_second:.1f}",
        "least_others": f"{min(others):.0%}",
        "most_others": f"{max(others):.0%}",
        "seconds_each": f"{seconds:.2f}",
        "maximum": f"{results.processors / seconds:.0f}",
        "users": str(USERS),
        "last": str(results.growth[-1].workers),
        "bottleneck": bottleneck(results.growth[-1], results.processors),
    }


def _scale(results: Results) -> dict[str, str]:
    month = scenario().month
    return {
        "images": f"{month.images:,}",
        "mean": f"{month.mean:.1f}",
        "peak": f"{month.peak:g}",
        "busiest": f"{month.mean * month.peak:.0f}",
        "processing": f"{processing_seconds():.2f}",
        "together": f"{month.mean * processing_seconds():.0f}",
        "capacities": capacities_table(results),
        "scaling": lambda_table(),
        "files": str(files()),
        "deletions": f"{_deletions():.2f}",
        "sources": "\n".join(f"[{name}]: {url}" for name, url in scenario().sources.items()),
    }


def _indexes(results: Results) -> dict[str, str]:
    month, owned = scenario().month, units(results, "by_owner")
    share = month.mean * month.peak * owned / scenario().limits["dynamodb_partition"]
    return {
        "partitions": partitions_table(results),
        "owner_units": f"{owned:.0f}",
        "owner_share": f"{share:.0%}",
        "owner_whole": f"{units(results, 'by_owner', 'ALL'):.0f}",
        "pending_units": f"{pending_units(results):.0f}",
        "owner_most": f"{scenario().limits['dynamodb_partition'] / owned:,.0f}",
        "shards": str(SHARDS),
    }


def _repairs(results: Results) -> dict[str, str]:
    images, waits, sweep = scenario().month.images, scenario().assumed, results.sweep
    rate, scanned = REPROCESSING / processing_seconds(), scan(sweep, images)
    return {
        "reprocessed": f"{rate:.1f}",
        "reprocessing": str(REPROCESSING),
        "reprocessing_days": f"{images / rate / 86_400:,.0f}",
        "kept_days": str(KEPT_DAYS),
        "kept": f"{rate * KEPT_DAYS * 86_400 / 1e6:.1f}",
        "scans": scans_table(results),
        "swept": f"{scanned_images(sweep):,.0f}",
        "swept_seconds": f"{sweep.seconds:.1f}",
        "listed": f"{sweep.calls.get('ListObjectsV2', 0):,}",
        "checked": f"{sweep.calls.get('HeadObject', 0):,}",
        "computing": f"{scanned.computing / scanned.seconds:.0%}",
        "sweep_limit": str(limits_of("sweep").seconds),
        "s3_ms": f"{1000 * waits.s3_seconds:.0f}",
        "dynamodb_ms": f"{1000 * waits.dynamodb_seconds:.0f}",
    }


def _deletions() -> float:
    """Deletions a second that CloudFront can invalidate."""
    at_once = scenario().limits["invalidations"] // _PATHS_OF_A_DELETION
    return at_once / scenario().assumed.invalidation_seconds


def conclusion(run: Run) -> str:
    """Whether every upload has exactly one answer, and the right one."""
    found = run.answers
    if not found.faults:
        return f"{found.ready + found.rejected:,} answers, none lost, none doubled, none wrong"
    return f"**{found.faults} faults**: see the table"


def bottleneck(run: Run, processors: int) -> str:
    """The bottleneck of the run: all processors, or waiting."""
    seconds = duration(run)
    busy = (run.cpu + run.others) / seconds / processors
    largest = max(run.parts, key=lambda part: part.cpu)
    share = f"{largest.name} took {largest.cpu / run.cpu:.0%} of what Darkroom's processes used"
    if busy >= _BUSY:
        return f"the machine's {processors} processors, {busy:.0%} busy; {share}"
    return f"no processor ({busy:.0%} busy): the parts wait for each other; {share}"
