"""The parts of a file that are passed to a decoder."""

import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.imaging.formats.body import Body

DATA = bytes(range(200)) * 3
CUTS = st.lists(st.integers(0, len(DATA)), min_size=2, max_size=12).map(sorted)
SPANS = CUTS.map(lambda cuts: list(zip(cuts[::2], cuts[1::2], strict=False)))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, 700)),
        st.tuples(st.just("seek"), st.integers(0, 700)),
        st.tuples(st.just("skip"), st.integers(0, 90)),
        st.tuples(st.just("back"), st.integers(0, 90)),
    ),
    max_size=12,
)


def results(file: BytesIO, steps: list[tuple[str, int]]) -> list[object]:
    """What each step returns."""
    operations = {
        "read": file.read,
        "seek": file.seek,
        "skip": lambda count: file.seek(count, os.SEEK_CUR),
        "back": lambda count: file.seek(-min(count, file.tell()), os.SEEK_CUR),
    }
    return [operations[name](number) for name, number in steps] + [file.tell()]


@given(SPANS, STEPS)
def test_parts_are_read_as_if_they_were_one_file(
    spans: list[tuple[int, int]], steps: list[tuple[str, int]]
) -> None:
    whole = b"".join(DATA[start:end] for start, end in spans) or DATA
    body = Body(DATA, spans)
    assert bytes(body) == whole
    assert results(body.opened(), steps) == results(BytesIO(whole), steps)  # type: ignore[arg-type]


@pytest.mark.parametrize("spans", [[], [(0, 600)], [(0, 10), (10, 10), (10, 600)]])
def test_a_whole_file_is_not_copied(spans: list[tuple[int, int]]) -> None:
    assert bytes(Body(DATA, spans)) is DATA


def test_seeking_before_the_start_is_an_error() -> None:
    with pytest.raises(ValueError, match="-1"):
        Body(DATA, [(3, 9)]).opened().seek(-1)
