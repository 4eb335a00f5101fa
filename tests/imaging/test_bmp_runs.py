"""Run-length encoded BMPs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.imaging.formats.bmp_runs import RunReader
from chalicelib.imaging.formats.file_info import MalformedFile

END_OF_LINE, END = b"\0\0", b"\0\1"


def indices(runs: bytes, width: int, height: int, *, halves: bool = False) -> list[list[int]]:
    found = RunReader(runs, 0, width, height, halves=halves).indices()
    return [list(found[width * y : width * (y + 1)]) for y in range(height)]


def test_runs_and_literal_pixels_follow_each_other() -> None:
    assert indices(b"\2\7" + b"\0\3\1\2\3\0" + END, 5, 1) == [[7, 7, 1, 2, 3]]


def test_indices_of_four_bits_alternate() -> None:
    assert indices(b"\3\x12" + b"\0\3\x34\x50" + END, 6, 1, halves=True) == [[1, 2, 1, 3, 4, 5]]


@pytest.mark.parametrize("run", [b"\5\7", b"\0\5\7\7\7\7\7\0"], ids=["run", "literal"])
def test_what_exceeds_a_row_is_dropped(run: bytes) -> None:
    assert indices(run + END_OF_LINE + b"\1\1" + END, 3, 2) == [[7, 7, 7], [1, 0, 0]]


def test_pixels_that_nothing_sets_are_0() -> None:
    runs = END_OF_LINE + b"\1\7" + b"\0\2\1\1" + b"\1\7" + END
    assert indices(runs, 3, 4) == [[0, 0, 0], [7, 0, 0], [0, 0, 7], [0, 0, 0]]


def test_a_picture_that_is_complete_needs_no_end() -> None:
    assert indices(b"\3\7", 3, 1) == [[7, 7, 7]]


@pytest.mark.parametrize("runs", [b"", b"\2\7", b"\3\7" + END_OF_LINE, b"\0\5\7\7", b"\0\2\1"])
def test_a_picture_that_ends_early_is_malformed(runs: bytes) -> None:
    with pytest.raises(MalformedFile):
        indices(runs, 3, 2)


@given(st.binary(max_size=200), st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_any_bytes_fill_the_picture_or_are_malformed(
    runs: bytes, width: int, height: int, halves: bool
) -> None:
    reader = RunReader(runs, 0, width, height, halves=halves)
    with suppress(MalformedFile):
        assert len(reader.indices()) == width * height
