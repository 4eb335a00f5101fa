"""One whole run, stage by stage."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from msgspec.structs import replace

from benchmarks import toolchain
from benchmarks.collection import described
from benchmarks.contenders import Contender, absent, contenders
from benchmarks.matching import Batch, Say, matched, matched_tails
from benchmarks.memory import measured
from benchmarks.mosaics import CASES, LARGE, Case, picture_of
from benchmarks.results import Entry, Memory, Results, Tail, Timing, last_qualities
from benchmarks.scores import Scores
from benchmarks.starting import started
from benchmarks.studio import Made, make, place
from benchmarks.timing import timed

_REMEMBERING = ("darkroom-2", "sharp-clones-4-2", "pillow")  # whose memory is measured
_LARGE = ("darkroom", "sharp-clones-4", "sharp-cascade-2", "pillow")  # who makes large pictures
_TAILS = ("sharp-clones-4", "darkroom")  # compared with quality "auto" at an equal worst tenth


class Plan(NamedTuple):
    """What is measured: in how many rounds, and, where it is `quick`, no more than need be."""

    command: str
    photographs: Sequence[Path]
    only: Sequence[str]
    rounds: int
    quick: bool


def run(plan: Plan, say: Say) -> Results:
    """Everything of `plan`; of contenders only those it names, if any, beside Darkroom."""
    chosen = [one for one in contenders() if not plan.only or one.name in {"darkroom", *plan.only}]
    say(f"{len(plan.photographs)} photographs, {len(chosen)} contenders. SSIMULACRA2 at 1920:")
    toolchain.CACHE.mkdir(exist_ok=True)
    made, tails, metric = _qualities(plan, chosen, say)
    qualities = {one.family: one.quality for one in chosen}
    qualities |= {family: one.quality for family, one in made.items()}
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
        contenders=tuple(_entry(one, qualities) for one in chosen),
        absent=absent(),
        outputs=tuple(output for one in made.values() for output in one.outputs),
        timings=tuple(timings),
        large=tuple(large),
        memory=tuple(memory),
        start=started(plan.photographs, 2 if plan.quick else 11),
        tails=tuple(tails),
    )


def time_again(last: Results, plan: Plan, say: Say) -> Results:
    """`last` with its times measured anew: what is made and held does not hang on the machine."""
    qualities = {entry.family: entry.quality for entry in last.contenders}
    chosen = [one for one in contenders() if one.family in qualities]
    say("Timing:")
    timings = timed(chosen, qualities, plan.photographs, plan.rounds, say)
    large = _large(plan, chosen, qualities, say)
    say("Cold starts.")
    made, now = last.commit.partition(", times at ")[0], toolchain.commit()
    return replace(
        last,
        command=f"{last.command.partition(', then ')[0]}, then {plan.command}",
        commit=now if now == made else f"{made}, times at {now}",
        date=datetime.now(UTC).date().isoformat(),
        machine=toolchain.machine(),
        rounds=plan.rounds,
        timings=tuple(timings),
        large=tuple(large),
        start=started(plan.photographs, 11),
    )


def _qualities(
    plan: Plan, chosen: Sequence[Contender], say: Say
) -> tuple[dict[str, Made], list[Tail], tuple[float, float]]:
    """What each family made at its matched quality, the tails, and the check of the metric."""
    judged = [one for one in chosen if not one.is_floor]
    families = list({one.family: one for one in reversed(judged)}.values())[::-1]
    starts = last_qualities()
    if plan.quick:  # a quality that is fixed is not looked for
        families = [
            one._replace(fixed=True, quality=starts.get(one.family, one.quality))
            for one in families
        ]
    with (
        Scores(toolchain.CACHE / "scores.json") as scores,
        TemporaryDirectory(dir=toolchain.CACHE) as folder,
    ):

        def batch(todo: Sequence[tuple[Contender, int]]) -> list[Made]:
            return make(todo, plan.photographs, scores, Path(folder))

        made = matched(families, starts, batch, say)
        tails = [] if plan.quick else _tails(families, made, batch, say)
        metric = scores.check(*_sample(made, plan.photographs[0], Path(folder)))
    return made, tails, metric


def _pictures(
    plan: Plan, chosen: Sequence[Contender], qualities: Mapping[str, int], say: Say
) -> tuple[list[Timing], list[Memory]]:
    """Times and peak memory for the pictures that are made for it."""
    large = [] if plan.quick else _large(plan, chosen, qualities, say)
    say("Peak memory:")
    remembering = [one for one in chosen if one.name in _REMEMBERING]
    cases = CASES[:2] if plan.quick else CASES
    return large, measured(remembering, qualities, _made_of(plan, cases), say)


def _large(
    plan: Plan, chosen: Sequence[Contender], qualities: Mapping[str, int], say: Say
) -> list[Timing]:
    say("Timing large pictures:")
    several = [one for one in chosen if one.name in _LARGE]
    return timed(several, qualities, list(_made_of(plan, LARGE).values()), plan.rounds, say)


def _made_of(plan: Plan, cases: Sequence[Case]) -> dict[Case, Path]:
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
    families: Sequence[Contender], made: Mapping[str, Made], batch: Batch, say: Say
) -> list[Tail]:
    """Families at the quality whose worst tenth is that of "auto", where there is one."""
    if "darkroom-auto" not in made:
        return []
    say('The worst tenth of quality "auto":')
    compared = [one for one in families if one.family in _TAILS]
    aim = made["darkroom-auto"].scores("webp")
    found = matched_tails(compared, aim, batch, say)
    return [
        Tail(
            family=family,
            quality=one.quality,
            bytes={out.photograph: sum(file.bytes for file in out.files) for out in one.outputs},
        )
        for family, one in found.items()
    ]


def _sample(made: Mapping[str, Made], photograph: Path, folder: Path) -> tuple[Path, Path]:
    """A photograph and a rendition of it, on which the metric is checked against its package."""
    darkroom = made["darkroom"]
    out = place(folder, "darkroom", darkroom.quality, photograph)
    file = next(one for one in darkroom.outputs[0].files if one.variant == "720p")
    return photograph, out / f"720p.{file.format}"
