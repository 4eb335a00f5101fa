"""One whole run, stage by stage."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import toolchain
from benchmarks.collection import described
from benchmarks.contenders import Contender, absent, contenders
from benchmarks.matching import Made, matched, matched_tail
from benchmarks.memory import measured
from benchmarks.mosaics import CASES
from benchmarks.results import LATEST, Entry, Results, Tail, load
from benchmarks.scores import Scores
from benchmarks.starting import started
from benchmarks.timing import timed

Say = Callable[[str], None]

_REMEMBERING = ("darkroom-2", "sharp-clones-4-2", "pillow")  # whose memory is measured
_TAILS = ("sharp-clones-4", "darkroom")  # compared with quality "auto" at an equal worst tenth


class Plan(NamedTuple):
    """How much is measured: rounds of timing, fresh interpreters, and pictures for memory."""

    command: str
    photographs: Sequence[Path]
    rounds: int
    starts: int
    cases: int


def run(plan: Plan, only: Sequence[str], say: Say) -> Results:
    """Everything of `plan`; of contenders only those `only` names, if any, beside Darkroom."""
    chosen = [one for one in contenders() if not only or one.name in {"darkroom", *only}]
    families = list({one.family: one for one in reversed(chosen)}.values())[::-1]
    say(f"{len(plan.photographs)} photographs, {len(chosen)} contenders. Matching quality:")
    toolchain.CACHE.mkdir(exist_ok=True)
    with Scores(toolchain.CACHE / "scores.json") as scores:
        made = matched(families, plan.photographs, _last_qualities(), scores, say)
        tails = _tails(families, made, plan.photographs, scores)
        metric = scores.check(*_sample(made, plan.photographs))
    qualities = {family: one.quality for family, one in made.items()}
    say("Timing:")
    timings = timed(chosen, qualities, plan.photographs, plan.rounds, say)
    say("Peak memory:")
    remembering = [one for one in chosen if one.name in _REMEMBERING]
    folder = toolchain.CACHE / "cases"
    cases = CASES[: plan.cases]
    memory = measured(remembering, qualities, cases, plan.photographs, folder, say)
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
        memory=tuple(memory),
        start=started(plan.photographs, plan.starts),
        tails=tuple(tails),
    )


def _entry(contender: Contender, qualities: Mapping[str, int]) -> Entry:
    return Entry(
        name=contender.name,
        title=contender.title,
        family=contender.family,
        cpus=contender.cpus,
        quality=qualities[contender.family],
        output=contender.output,
    )


def _last_qualities() -> dict[str, int]:
    """Where the search begins: at the qualities of the last whole run."""
    return {one.family: one.quality for one in load().contenders} if LATEST.exists() else {}


def _tails(
    families: Sequence[Contender],
    made: Mapping[str, Made],
    photographs: Sequence[Path],
    scores: Scores,
) -> list[Tail]:
    """Families at the quality whose worst tenth is that of "auto", where there is one."""
    if "darkroom-auto" not in made:
        return []
    aim = made["darkroom-auto"].scores("webp")
    found = []
    for contender in families:
        if contender.family in _TAILS:
            loose = contender._replace(fixed=False)
            tail = matched_tail(loose, aim, photographs, scores)
            weights = {one.photograph: sum(f.bytes for f in one.files) for one in tail.outputs}
            found.append(Tail(family=contender.family, quality=tail.quality, bytes=weights))
    return found


def _sample(made: Mapping[str, Made], photographs: Sequence[Path]) -> tuple[Path, Path]:
    """A photograph and a rendition of it, on which the metric is checked against its package."""
    darkroom = made["darkroom"]
    folder = toolchain.CACHE / "outputs/darkroom" / str(darkroom.quality) / photographs[0].stem
    file = next(one for one in darkroom.outputs[0].files if one.variant == "720p")
    return photographs[0], folder / f"720p.{file.format}"
