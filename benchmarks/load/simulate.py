"""`python -m benchmarks.load.simulate`: the tables of docs/reliability.md that are simulated."""

import click

from benchmarks.load.results import Results, load
from benchmarks.load.scale import pending_units, processing_seconds, world
from benchmarks.load.simulating import Burst, Load, arrivals, growth, partition
from benchmarks.tables import table
from chalicelib.aws.items import SHARDS

BURSTS = (
    Burst("busiest hours", 0, 1),
    Burst("and 100,000 in 10 minutes", 100_000, 10),
    Burst("and 1,000,000 in an hour", 1_000_000, 60),
)
_ATTEMPTS = 4  # of the client for what is throttled, as chalicelib/aws/clients.py says


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Simulate 100 million images a month, at their busiest hours and with bursts."""
    click.echo(f"{partitions_table(load())}\n\n{lambda_table()}")


def partitions_table(results: Results) -> str:
    """What DynamoDB's hottest partition refuses, by design and burst."""
    capacity, upload = world().limits["dynamodb_partition"], world().assumed.upload_seconds
    rows = [["", *(burst.title for burst in BURSTS)]]
    for title, design in _designs(results).items():
        cells = []
        for burst in BURSTS:
            found = partition(arrivals(world().month, burst), design, capacity, round(upload))
            cells.append(_said(found.tickets, found.failed))
        rows.append([title, *cells])
    return table(rows)


def lambda_table() -> str:
    """How many calls run at once, and how long an event waits, by burst."""
    limits = world().limits
    rows = [["", *(burst.title for burst in BURSTS)], ["calls at once"], ["longest wait, s"]]
    for burst in BURSTS:
        found = growth(
            arrivals(world().month, burst),
            processing_seconds(),
            limits["lambda_concurrency"],
            limits["lambda_growth"],
        )
        rows[1].append(f"{found.most:.0f}")
        rows[2].append(f"{found.wait:.1f}")
    return table(rows)


def _designs(results: Results) -> dict[str, Load]:
    waiting = pending_units(results) / 2
    keys, whole = (_of_owner(results, projection) for projection in ("KEYS_ONLY", "ALL"))
    status = Load(waiting, waiting, 0, attempts=_ATTEMPTS)
    return {
        "`by_owner`, one owner, as it is": keys,
        "`by_unfinished`, as it is": status._replace(partitions=SHARDS),
        "`by_owner`, one owner, with whole records": whole,
        "the same, asked once by the client": whole._replace(attempts=1),
        "`by_unfinished`, one key for a status": status,
    }


def _of_owner(results: Results, projection: str) -> Load:
    steps = results.units[projection]
    ticket, begin, finish = (
        steps[step].get("by_owner", 0) for step in ("pending", "processing", "ready")
    )
    return Load(ticket, begin, finish, attempts=_ATTEMPTS)


def _said(tickets: float, failed: float) -> str:
    if not tickets and not failed:
        return "nothing"
    return f"{_percent(tickets)} of tickets, {_percent(failed)} failed"


def _percent(share: float) -> str:
    return "none" if not share else f"{share:.1%}" if share >= 0.0005 else "under 0.1%"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.load.simulate")
