"""`python -m benchmarks.load.simulate`: the simulated tables of docs/reliability.md."""

import click

from benchmarks.load.results import Results, load
from benchmarks.load.scale import pending_units, processing_seconds, scenario
from benchmarks.load.simulating import Burst, Load, arrivals, growth, partition
from benchmarks.tables import table
from chalicelib.aws.table_keys import SHARDS

BURSTS = (
    Burst("busiest hours", 0, 1),
    Burst("and 100,000 in 10 minutes", 100_000, 10),
    Burst("and 1,000,000 in an hour", 1_000_000, 60),
)
_ATTEMPTS = 4  # of a throttled call, as in chalicelib/aws/clients.py


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Simulate the busiest hours of 100 million images a month, with and without bursts."""
    click.echo(f"{partitions_table(load())}\n\n{lambda_table()}")


def partitions_table(results: Results) -> str:
    """Shares of throttled tickets and failed images, by index design and burst."""
    capacity, upload = scenario().limits["dynamodb_partition"], scenario().assumed.upload_seconds
    rows = [["", *(burst.title for burst in BURSTS)]]
    for title, design in _designs(results).items():
        cells = []
        for burst in BURSTS:
            found = partition(arrivals(scenario().month, burst), design, capacity, round(upload))
            cells.append(_outcome(found.tickets, found.failed))
        rows.append([title, *cells])
    return table(rows)


def lambda_table() -> str:
    """Concurrent calls and the longest wait of an event, by burst."""
    limits = scenario().limits
    rows = [["", *(burst.title for burst in BURSTS)], ["concurrent calls"], ["longest wait, s"]]
    for burst in BURSTS:
        found = growth(
            arrivals(scenario().month, burst),
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
        "`by_owner`, one owner": keys,
        "`by_unfinished`": status._replace(partitions=SHARDS),
        "`by_owner`, one owner, with whole records": whole,
        "the same, without retries by the client": whole._replace(attempts=1),
        "`by_unfinished`, one key per status": status,
    }


def _of_owner(results: Results, projection: str) -> Load:
    steps = results.units[projection]
    ticket, begin, finish = (
        steps[step].get("by_owner", 0) for step in ("pending", "processing", "ready")
    )
    return Load(ticket, begin, finish, attempts=_ATTEMPTS)


def _outcome(tickets: float, failed: float) -> str:
    if not tickets and not failed:
        return "nothing"
    return f"{_percent(tickets)} of tickets, {_percent(failed)} failed"


def _percent(share: float) -> str:
    return "none" if not share else f"{share:.1%}" if share >= 0.0005 else "under 0.1%"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.load.simulate")
