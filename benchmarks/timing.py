"""Wall and CPU time: all contenders in turn on each photograph, round after round."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.client import Worker
from benchmarks.contenders import Contender
from benchmarks.results import Timing

Seconds = dict[tuple[str, str], list[tuple[float, float]]]


def timed(
    contenders: Sequence[Contender],
    qualities: Mapping[str, int],
    photographs: Sequence[Path],
    rounds: int,
    say: Callable[[str], None],
) -> list[Timing]:
    """The times of every contender for every photograph; `qualities` are by family.

    Contenders take turns within seconds on one photograph, so that a slow
    moment of the machine does not fall on one of them alone, and each round
    begins with another.
    """
    seconds: Seconds = {(c.name, p.name): [] for c in contenders for p in photographs}
    with ExitStack() as stack:
        workers = {c.name: stack.enter_context(Worker(c.command, c.cpus)) for c in contenders}
        for contender in contenders:  # warm, as a Lambda function is after its first picture
            workers[contender.name].render(photographs[0], qualities[contender.family])
        start = time.monotonic()
        for number in range(rounds):
            _round(number, contenders, workers, qualities, photographs, seconds)
            say(f"  round {number + 1} of {rounds}, {time.monotonic() - start:.0f} s")
    return [
        Timing(
            contender=name,
            photograph=photograph,
            wall=tuple(round(wall, 5) for wall, _ in found),
            cpu=tuple(round(cpu, 5) for _, cpu in found),
        )
        for (name, photograph), found in seconds.items()
    ]


def _round(
    number: int,
    contenders: Sequence[Contender],
    workers: Mapping[str, Worker],
    qualities: Mapping[str, int],
    photographs: Sequence[Path],
    seconds: Seconds,
) -> None:
    for place, photograph in enumerate(photographs):
        first = (number * 5 + place) % len(contenders)
        for contender in [*contenders[first:], *contenders[:first]]:
            answer = workers[contender.name].render(photograph, qualities[contender.family])
            seconds[contender.name, photograph.name].append((answer["wall"], answer["cpu"]))
