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
    """Time every contender on every photograph; `qualities` are by family.

    Contenders take turns within seconds on a photograph, so that a slow moment
    of the machine does not hit only one of them; each round starts with another.
    """
    seconds: Seconds = {(c.name, p.name): [] for c in contenders for p in photographs if c.reads(p)}
    with ExitStack() as stack:
        workers = {c.name: stack.enter_context(Worker(c.command, c.cpus)) for c in contenders}
        for contender in contenders:  # warm, like a Lambda function after its first picture
            first = next(filter(contender.reads, photographs))
            workers[contender.name].render(first, qualities[contender.family])
        start = time.monotonic()
        for number in range(rounds):
            _round(number, contenders, workers, qualities, photographs, seconds)
            say(f"  round {number + 1} of {rounds}, {time.monotonic() - start:.0f} s")
    return [_timing(*key, found) for key, found in seconds.items()]


def _round(
    number: int,
    contenders: Sequence[Contender],
    workers: Mapping[str, Worker],
    qualities: Mapping[str, int],
    photographs: Sequence[Path],
    seconds: Seconds,
) -> None:
    for index, photograph in enumerate(photographs):
        first = (number * 5 + index) % len(contenders)
        for contender in [*contenders[first:], *contenders[:first]]:
            if not contender.reads(photograph):
                continue
            worker, quality = workers[contender.name], qualities[contender.family]
            # The kernel may page out a process that waits for its turn: the second time is warm.
            worker.render(photograph, quality)
            times = worker.render(photograph, quality)
            seconds[contender.name, photograph.name].append((times["wall"], times["cpu"]))


def _timing(contender: str, photograph: str, seconds: Sequence[tuple[float, float]]) -> Timing:
    return Timing(
        contender=contender,
        photograph=photograph,
        wall=tuple(round(wall, 5) for wall, _ in seconds),
        cpu=tuple(round(cpu, 5) for _, cpu in seconds),
    )
