"""`python -m benchmarks.quality`: fit the weights of "auto", or compare it with numbers."""

import click

from benchmarks import records, toolchain
from benchmarks.quality import bounds, document, fitting, validating
from benchmarks.scores import Scores

_SCORED_BY = "`benchmarks/worker/ssimulacra.py`, the steps of PyPI's ssimulacra2 in 32-bit floats"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Fit or validate quality "auto". `make bench` installs what this needs."""


@main.command()
def fit() -> None:
    """Fit the weights on the photographs "fit"; up to an hour on two processors."""
    with _scores() as scores:
        samples = fitting.samples(scores)
    weights = fitting.fitted(samples)
    fitting.write(weights)
    click.echo(f"{len(samples)} files, root mean square {fitting.error(samples, weights):.2f}")


@main.command()
def bound() -> None:
    """Measure what a perfect choice would save; an hour, then cached. Rewrites the page, too."""
    with _scores() as scores:
        found = bounds.Bounds(_SCORED_BY, bounds.bounds(scores, "held-out"))
    records.save(found, document.BOUNDS)
    document.DOCUMENT.write_text(document.page(document.load(), found))


@main.command()
def validate() -> None:
    """Compare "auto" with fixed qualities on all photographs; an hour or two, then cached."""
    with _scores() as scores:
        found = [
            comparison for name in document.SETS for comparison in validating.compared(scores, name)
        ]
    results = document.Results(_SCORED_BY, found)
    records.save(results, document.RESULTS)
    document.DOCUMENT.write_text(document.page(results, document.load_bounds()))


def _scores() -> Scores:
    toolchain.CACHE.mkdir(exist_ok=True)
    return Scores(toolchain.CACHE / "quality-scores.json")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.quality")
