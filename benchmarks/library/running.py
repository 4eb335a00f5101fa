"""A run: versions take turns, each alone on the machine; then this one grows to its full size."""

from collections.abc import Sequence

from msgspec import Struct

from benchmarks.library.contender import Contender
from benchmarks.library.first_start import first_start
from benchmarks.library.uploading import Say


class Plan(Struct, frozen=True, kw_only=True):
    """What is measured.

    `shared` is the number of images at which versions are compared, `images` the one that this
    version is then measured at, too. `requests` of each kind are made in all rounds together, and
    take no more than `seconds` in one. `further` images are uploaded in each round.
    """

    images: int
    shared: int
    further: int
    requests: int
    seconds: float
    rounds: int
    first_starts: int

    @property
    def grown(self) -> int:
        """The images that there are after the comparison."""
        return self.shared + self.rounds * self.further


def measure(plan: Plan, now: Contender, before: Contender | None, say: Say) -> None:
    """Carry out the plan: the figures are the contenders' afterwards."""
    contenders = [before, now] if before else [now]
    for number in range(plan.first_starts):
        for one in _turn(contenders, number):
            say(f"  {one.commit}: a first start from a fresh clone")
            one.first_starts.append(first_start(one.hash))
            say(f"    {one.first_starts[-1].seconds:.0f} s")
    if before:
        _measure_at(plan.shared, plan, contenders, say)
    if not before or plan.images > plan.shared:
        _measure_at(plan.images, plan, [now], say)


def _measure_at(images: int, plan: Plan, contenders: Sequence[Contender], say: Say) -> None:
    for one in contenders:
        one.fill(images)
    for number in range(plan.rounds):
        for one in _turn(contenders, number):
            say(f"  {one.commit}, {images:,} images: requests, round {number + 1} of {plan.rounds}")
            one.read(-(-plan.requests // plan.rounds), plan.seconds)
    for number in range(plan.rounds):
        for one in _turn(contenders, number):
            say(f"  {one.commit}, {images:,} images: {plan.further} more, round {number + 1}")
            one.add(plan.further)
    for one in contenders:
        one.finish(images)


def _turn(contenders: Sequence[Contender], number: int) -> Sequence[Contender]:
    """Who is first in one round is last in the next."""
    return contenders[::-1] if number % 2 else contenders
