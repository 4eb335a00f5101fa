"""Statistics of a run of the machine."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Account:
    """Counts of steps (rules that ran), actions, faults met, and final statuses of images."""

    steps: int = 0
    worlds: int = 0
    done: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def count(self, done: str) -> None:
        """Count a step."""
        self.steps += 1
        self.done[done] += 1

    def lines(self) -> Iterator[str]:
        """The statistics, the most frequent first."""
        yield f"{self.steps} steps in {self.worlds} worlds"
        for name in ("done", "faults", "ends"):
            counts: Counter[str] = getattr(self, name)
            yield f"{name}: {counts.total()}"
            yield from (f"{number:7} {item}" for item, number in counts.most_common())
