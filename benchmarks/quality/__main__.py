"""`python -m benchmarks.quality`: fit the weights of "auto", or check what it is worth."""

from pathlib import Path

import click

from benchmarks import records, toolchain
from benchmarks.quality import document, fitting, validating
from benchmarks.scores import Scores
from chalicelib.imaging import quality

_SCORED_BY = "`benchmarks/worker/ssimulacra.py`, the steps of PyPI's ssimulacra2 in 32-bit floats"

RESULTS = Path(__file__).parents[1] / "quality.json"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Quality "auto": its weights and its worth. `make bench` sets up what this needs."""


@main.command()
def fit() -> None:
    """Fit the weights on the photographs "fit"; an hour or less of two processors."""
    with _judge() as judge:
        samples = fitting.samples(judge)
    weights = fitting.fitted(samples)
    fitting.write(weights)
    click.echo(f"{len(samples)} files, root mean square {fitting.error(samples, weights):.2f}")


@main.command()
def validate() -> None:
    """Compare "auto" with fixed qualities on all photographs; an hour or two, never twice."""
    with _judge() as judge:
        found = [each for name in ("held-out", "fit") for each in validating.compared(judge, name)]
    publish(document.Results(_SCORED_BY, found))


def publish(results: document.Results) -> None:
    """Write the figures, and the page that shows them."""
    records.save(results, RESULTS)
    facts = {"lowest": quality.LOWEST, "highest": quality.HIGHEST, "target": quality.TARGET}
    document.DOCUMENT.write_text(document.page(results, facts))


def _judge() -> Scores:
    toolchain.CACHE.mkdir(exist_ok=True)
    return Scores(toolchain.CACHE / "quality-scores.json")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.quality")
