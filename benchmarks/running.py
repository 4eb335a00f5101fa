"""A run, stage by stage."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from msgspec.structs import replace

from benchmarks import toolchain
from benchmarks.collection import described
from benchmarks.contenders import Contender, contenders
from benchmarks.matching import Render, Say, matched, matched_tails
from benchmarks.memory import measured
from benchmarks.mosaics import CASES, LARGE, Case, picture_of
from benchmarks.rendering import Rendered, output_folder, render_all
from benchmarks.results import Entry, Memory, Results, Tail, Timing, last_qualities
from benchmarks.scores import Scores
from benchmarks.starting import started
from benchmarks.timing import timed

_MEMORY = ("darkroom-2", "sharp-clones-4-2", "pillow")  # measured for peak memory
_LARGE = ("darkroom", "sharp-clones-4", "sharp-cascade-2", "pillow")  # measured for large pictures
_TAILS = ("sharp-clones-4", "darkroom")  # compared with "auto" at an equal worst tenth


class Plan(NamedTuple):
    """What to measure, in how many rounds; `quick` for the least that runs every stage."""

    command: str
    photographs: Sequence[Path]
    only: Sequence[str]
    rounds: int
    quick: bool


def run(plan: Plan, say: Say) -> Results:
    """Measure `plan`: all contenders, or Darkroom and those that it names."""
    chosen = [c for c in contenders() if not plan.only or c.name in {"darkroom", *plan.only}]
    say(f"{len(plan.photographs)} photographs, {len(chosen)} contenders. SSIMULACRA2 at 1920:")
    toolchain.CACHE.mkdir(exist_ok=True)
    rendered, tails, metric = _qualities(plan, chosen, say)
    qualities = {contender.family: contender.quality for contender in chosen}
    qualities |= {family: files.quality for family, files in rendered.items()}
    say("Timing:")
    timings = timed(chosen, qualities, plan.photographs, plan.rounds, say)
    large, memory = _pictures(plan, chosen, qualities, say)
    say("Cold starts.")
    return Results(
        command=plan.command,
        date=datetime.now(UTC).date().isoformat(),
        commit=toolchain.commit(),
        machine=toolchain.machine(),
        versions=toolchain.versions(),
        metric=metric,
        rounds=plan.rounds,
        photographs=tuple(map(described, plan.photographs)),
        contenders=tuple(_entry(contender, qualities) for contender in chosen),
        outputs=tuple(output for files in rendered.values() for output in files.outputs),
        timings=tuple(timings),
        large=tuple(large),
        memory=tuple(memory),
        start=started(plan.photographs, 2 if plan.quick else 11),
        tails=tuple(tails),
    )


def time_again(last: Results, plan: Plan, say: Say) -> Results:
    """`last` with new times and memory: the files of a quality do not depend on the machine.

    Floors write none, so that one that `last` lacks is added.
    """
    qualities = {entry.family: entry.quality for entry in last.contenders}
    qualities |= {floor.family: floor.quality for floor in contenders() if floor.is_floor}
    chosen = [contender for contender in contenders() if contender.family in qualities]
    say("Timing:")
    timings = timed(chosen, qualities, plan.photographs, plan.rounds, say)
    large, memory = _pictures(plan, chosen, qualities, say)
    say("Cold starts.")
    first, now = last.commit.partition(", times at ")[0], toolchain.commit()
    return replace(
        last,
        command=f"{last.command.partition(', then ')[0]}, then {plan.command}",
        commit=now if now == first else f"{first}, times at {now}",
        date=datetime.now(UTC).date().isoformat(),
        machine=toolchain.machine(),
        rounds=plan.rounds,
        contenders=tuple(_entry(contender, qualities) for contender in chosen),
        timings=tuple(timings),
        large=tuple(large),
        memory=tuple(memory),
        start=started(plan.photographs, 11),
    )


def _qualities(
    plan: Plan, chosen: Sequence[Contender], say: Say
) -> tuple[dict[str, Rendered], list[Tail], tuple[float, float]]:
    """Each family's files at its matched quality, the tails, and the check of the metric."""
    scored = [contender for contender in chosen if not contender.is_floor]
    families = list({contender.family: contender for contender in reversed(scored)}.values())[::-1]
    starts = last_qualities()
    if plan.quick:  # a fixed quality is not searched
        families = [
            family._replace(fixed=True, quality=starts.get(family.family, family.quality))
            for family in families
        ]
    with (
        Scores(toolchain.CACHE / "scores.json") as scores,
        TemporaryDirectory(dir=toolchain.CACHE) as folder,
    ):

        def render(todo: Sequence[tuple[Contender, int]]) -> list[Rendered]:
            return render_all(todo, plan.photographs, scores, Path(folder))

        rendered = matched(families, starts, render, say)
        tails = [] if plan.quick else _tails(families, rendered, render, say)
        metric = scores.check(*_sample(rendered, plan.photographs[0], Path(folder)))
    return rendered, tails, metric


def _pictures(
    plan: Plan, chosen: Sequence[Contender], qualities: Mapping[str, int], say: Say
) -> tuple[list[Timing], list[Memory]]:
    """Times and peak memory for the mosaics."""
    large = [] if plan.quick else _large(plan, chosen, qualities, say)
    say("Peak memory:")
    measured_for = [contender for contender in chosen if contender.name in _MEMORY]
    cases = CASES[:2] if plan.quick else CASES
    return large, measured(measured_for, qualities, _mosaics(plan, cases), say)


def _large(
    plan: Plan, chosen: Sequence[Contender], qualities: Mapping[str, int], say: Say
) -> list[Timing]:
    say("Timing large pictures:")
    several = [contender for contender in chosen if contender.name in _LARGE]
    return timed(several, qualities, list(_mosaics(plan, LARGE).values()), plan.rounds, say)


def _mosaics(plan: Plan, cases: Sequence[Case]) -> dict[Case, Path]:
    folder = toolchain.CACHE / "cases"
    return {case: picture_of(case, plan.photographs, folder) for case in cases}


def _entry(contender: Contender, qualities: Mapping[str, int]) -> Entry:
    return Entry(
        name=contender.name,
        title=contender.title,
        family=contender.family,
        cpus=contender.cpus,
        quality=qualities[contender.family],
        output=contender.output,
    )


def _tails(
    families: Sequence[Contender], rendered: Mapping[str, Rendered], render: Render, say: Say
) -> list[Tail]:
    """Families at the quality whose worst tenth is that of "auto", if "auto" is in the run."""
    if "darkroom-auto" not in rendered:
        return []
    say('The worst tenth of quality "auto":')
    compared = [family for family in families if family.family in _TAILS]
    scores = rendered["darkroom-auto"].scores("webp")
    found = matched_tails(compared, scores, render, say)
    return [
        Tail(
            family=family,
            quality=files.quality,
            bytes={out.photograph: sum(file.bytes for file in out.files) for out in files.outputs},
        )
        for family, files in found.items()
    ]


def _sample(rendered: Mapping[str, Rendered], photograph: Path, folder: Path) -> tuple[Path, Path]:
    """A photograph and a rendition of it, for checking the metric against its package."""
    darkroom = rendered["darkroom"]
    out = output_folder(folder, "darkroom", darkroom.quality, photograph)
    file = next(file for file in darkroom.outputs[0].files if file.variant == "720p")
    return photograph, out / f"720p.{file.format}"
