"""What every line of a call bears, whoever writes it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

Fields = Mapping[str, object]

_bound: ContextVar[Fields] = ContextVar("bound", default=MappingProxyType({}))


def bound() -> Fields:
    """The fields of the present call."""
    return _bound.get()


def bind(**fields: object) -> None:
    """Add `fields` to all that the present call writes from now on."""
    _bound.set({**_bound.get(), **fields})


@contextmanager
def call(**fields: object) -> Iterator[None]:
    """A call with these fields; none of them, and none bound inside, outlives it."""
    token = _bound.set(fields)
    try:
        yield
    finally:
        _bound.reset(token)
