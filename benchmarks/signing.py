"""`python -m benchmarks.signing [FOLDER]`: what signing renditions costs, in bytes and time."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import click
from msgspec.structs import replace

from chalicelib.imaging import Limits, Picture, Rendered, render
from chalicelib.model.variants import Variant, load_variants
from chalicelib.processing.content_credentials import ContentCredentials
from chalicelib.wiring import utc_now
from tests.builders import image
from tests.fakes.content_key import FakeContentKey
from tests.imaging.credentials import signed
from tests.photographs import photographs_home

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_LIMITS = Limits(max_pixels=250_000_000, max_frames=1_000)
_TIMES = 5


class Cost(NamedTuple):
    """CPU milliseconds to render and to sign one photograph's renditions, and their bytes."""

    rendering: float
    signing: float
    unsigned: list[int]
    signed: list[int]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=_FOLDER, required=False)
def main(folder: Path | None) -> None:
    """Sign the renditions of the photographs in FOLDER, by default the tests'.

    Prints for originals without and with a C2PA manifest: CPU milliseconds to sign a rendition, the
    time of rendering and signing in relation to rendering alone, in the same run, and by how many
    bytes and by what part a rendition grows. The key is in memory: a call of KMS comes on top.
    """
    files = sorted((folder or photographs_home()).glob("*.jpg"))
    if not files:
        raise click.UsageError("There are no photographs: run `make system`, or name a folder.")
    originals = [path.read_bytes() for path in files]
    click.echo(f"{len(files)} photographs, default variants")
    _report("originals without a manifest", [_cost(data) for data in originals])
    _report("originals with a manifest", [_cost(signed(data, "jpeg")) for data in originals])


def _report(name: str, costs: Sequence[Cost]) -> None:
    each = median(cost.signing / len(cost.signed) for cost in costs)
    time_ratio = median((cost.rendering + cost.signing) / cost.rendering for cost in costs)
    grown = [more - less for cost in costs for less, more in zip(*cost[2:], strict=True)]
    ratios = [more / less for cost in costs for less, more in zip(*cost[2:], strict=True)]
    click.echo(
        f"{name}: {each:.1f} ms a rendition, job {time_ratio:.3f} of an unsigned one; "
        f"{median(grown):.0f} bytes more ({min(grown)} to {max(grown)}), "
        f"{median(ratios):.2f} of the unsigned file ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def _cost(data: bytes) -> Cost:
    variants = load_variants()
    rules = {variant.name: variant for variant in variants}
    picture = render(data, variants, _LIMITS)
    made = list(_signed(data, picture, rules))
    return Cost(
        rendering=_milliseconds(lambda: render(data, variants, _LIMITS)),
        signing=_milliseconds(lambda: list(_signed(data, picture, rules))),
        unsigned=[len(rendered.data) for rendered in picture.renditions],
        signed=[len(rendered.data) for rendered in made],
    )


def _signed(data: bytes, picture: Picture, rules: dict[str, Variant]) -> Iterator[Rendered]:
    credentials = ContentCredentials(FakeContentKey(), utc_now)
    sign = credentials.signer_of(image(), data, picture, ai_labels=True)
    for rendered in picture.renditions:
        yield replace(rendered, data=sign(rendered, rules[rendered.variant])[0])


def _milliseconds(task: Callable[[], object]) -> float:
    """CPU time of all threads, the best of several runs."""
    taken = []
    for _ in range(_TIMES):
        started = time.process_time()
        task()
        taken.append(time.process_time() - started)
    return 1000 * min(taken)


if __name__ == "__main__":
    main()
