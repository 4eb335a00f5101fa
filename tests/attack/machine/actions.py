"""Strategies for each step: an action of the machine, and its arguments."""

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.attack.machine.calls import WHOLE, Cut, Fault
from tests.attack.machine.clients import SEARCHES, WAYS
from tests.attack.machine.pictures import CONTENTS, GENERATION, RECIPES, TABLES

Thing = TypeVar("Thing")

LATE = Cut(-1)  # the event of the action is not delivered yet
VIEWED = (
    f"w/5-{GENERATION}.webp",
    f"w/8-{GENERATION}.jpg",
    "w/8-00000000.webp",  # by another deployment's rules
    "i/small.webp",
    "i/tiny.webp",  # which not all tables have
    "0123456789abcdef/small.webp",  # a replaced rendition
)
PLACES = ("photos/a.png", "photos/b c+d.png")

_ANY = st.sampled_from(list(CONTENTS.values()))
_FILES = st.sampled_from([c for c in CONTENTS.values() if not c.reason]) | _ANY
_WHICH = st.integers(0, 9)
_HELD = st.builds(Cut, st.integers(0, 13))
_FAILING = st.builds(Cut, st.integers(0, 13), st.sampled_from(Fault))
_CUTS = st.just(WHOLE) | _HELD | _FAILING
_PROMPT = st.just(LATE) | _CUTS
_SECONDS = st.sampled_from((1, 20, 70, 400, 1_000, 700_000))


def pick(things: Sequence[Thing], n: int) -> Thing:
    """One of them."""
    return things[n % len(things)]


def _action(do: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"do": st.just(do), **arguments})


def _often(times: int, do: str, **arguments: st.SearchStrategy[Any]) -> list[Any]:
    return [_action(do, **arguments) for _ in range(times)]


ACTIONS = [
    *_often(3, "put", n=_WHICH, content=_FILES, prompt=_PROMPT),
    *_often(7, "work", n=_WHICH, cut=_CUTS),
    *_often(
        2,
        "ticket",
        content=_FILES,
        way=st.sampled_from(WAYS),
        cut=_CUTS,
        sent=st.booleans(),
        prompt=_PROMPT,
    ),
    *_often(2, "upload", n=_WHICH, content=_FILES, prompt=_PROMPT),
    *_often(
        1, "copy", n=_WHICH, place=st.sampled_from(PLACES), beside=st.booleans(), prompt=_PROMPT
    ),
    *_often(2, "delete_object", n=_WHICH, prompt=_PROMPT),
    *_often(1, "delete_image", n=_WHICH, cut=_CUTS),
    *_often(2, "process", n=_WHICH, now=st.booleans(), cut=_CUTS),
    *_often(1, "change", n=_WHICH, tag=st.sampled_from("abc"), cut=_CUTS),
    *_often(2, "edit", n=_WHICH, recipe=st.sampled_from(list(RECIPES)), cut=_CUTS),
    *_often(2, "set_visibility", n=_WHICH, private=st.booleans(), cut=_CUTS),
    *_often(2, "view", n=_WHICH, file=st.sampled_from(VIEWED), private=st.booleans(), cut=_CUTS),
    *_often(1, "search", query=st.sampled_from(list(SEARCHES))),
    *_often(1, "repeat", n=st.integers(0, 99)),
    *_often(1, "lose", n=_WHICH),
    *_often(1, "pass_time", seconds=_SECONDS),
    *_often(1, "change_table", table=st.sampled_from(list(TABLES))),
    *_often(1, "redrive"),
    *_often(1, "forget_index"),
    *_often(
        1, "sweep", checks=st.just(1_000) | st.integers(1, 9), at_once=st.booleans(), cut=_CUTS
    ),
]
