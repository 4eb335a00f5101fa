"""Several things in one call: none of them keeps the others from being done."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def for_each(items: Iterable[Item], work: Callable[[Item], object]) -> None:
    """Do `work` for all of `items`; the first error is raised when the last one is done."""
    errors: list[Exception] = []
    for item in items:
        try:
            work(item)
        except Exception as error:  # whatever it is, the next one is not at fault
            errors.append(error)
    if errors:
        raise errors[0]
