"""Peak memory: a fresh process for each contender and picture."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.client import Worker
from benchmarks.contenders import Contender
from benchmarks.mosaics import Case
from benchmarks.results import Memory


def measured(
    contenders: Sequence[Contender],
    qualities: Mapping[str, int],
    pictures: Mapping[Case, Path],
    say: Callable[[str], None],
) -> list[Memory]:
    """Each contender's peak memory for each case: the kernel's high-water mark."""
    found: list[Memory] = []
    if not contenders:
        return found
    for case, picture in pictures.items():
        for contender in contenders:
            with Worker(contender.command, contender.cpus) as worker:
                peak = worker.render(picture, qualities[contender.family])["peak"]
            found.append(Memory(contender=contender.name, case=case.name, kilobytes=peak))
        peaks = ", ".join(f"{memory.kilobytes // 1024}" for memory in found[-len(contenders) :])
        say(f"  {case.name}: {peaks} MB")
    return found
