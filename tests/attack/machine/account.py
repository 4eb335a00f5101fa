"""What a run of the machine has done."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Account:
    """Counts: steps (rules that ran), what they did, the faults met, the images' ends."""

    steps: int = 0
    worlds: int = 0
    done: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def count(self, done: str) -> None:
        """A step was taken."""
        self.steps += 1
        self.done[done] += 1

    def lines(self) -> Iterator[str]:
        """All of it, the most frequent first."""
        yield f"{self.steps} steps in {self.worlds} worlds"
        for name in ("done", "faults", "ends"):
            counts: Counter[str] = getattr(self, name)
            yield f"{name}: {counts.total()}"
            yield from (f"{often:7} {what}" for what, often in counts.most_common())
