"""Fields of every log line of a call, whichever code writes it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

Fields = Mapping[str, object]

_bound: ContextVar[Fields] = ContextVar("bound", default=MappingProxyType({}))


def bound() -> Fields:
    """The fields of the current call."""
    return _bound.get()


def bind(**fields: object) -> None:
    """Add `fields` to all further lines of the current call."""
    _bound.set({**_bound.get(), **fields})


@contextmanager
def call(**fields: object) -> Iterator[None]:
    """A call with these fields; they, and all fields bound within it, end with it."""
    token = _bound.set(fields)
    try:
        yield
    finally:
        _bound.reset(token)
