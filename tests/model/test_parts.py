"""How files are divided into parts."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.parts import (
    MEBIBYTE,
    Division,
    composite_of,
    composite_sha256,
    division_of,
    numbers,
)

SIZES = st.integers(1, 5 * 1024**4)


@given(size=SIZES)
def test_the_parts_have_the_bytes_of_the_file(size: int) -> None:
    division = division_of(size)
    assert sum(map(division.bytes_of, range(1, division.count + 1))) == size


@given(size=SIZES)
def test_the_store_accepts_the_parts(size: int) -> None:
    division = division_of(size)
    assert division.count <= 900
    assert all(division.bytes_of(n) >= 5 * MEBIBYTE for n in range(1, division.count))
    assert 0 < division.bytes_of(division.count) <= division.part_bytes <= 5 * 1024**3 * 2


def test_a_usual_file_has_parts_of_eight_mebibytes() -> None:
    assert division_of(500_000_000) == Division(500_000_000, 8 * MEBIBYTE)


@given(data=st.binary(min_size=1, max_size=300), part_bytes=st.integers(1, 100))
def test_the_checksum_of_a_file_is_that_of_its_parts(data: bytes, part_bytes: int) -> None:
    parts = [data[start : start + part_bytes] for start in range(0, len(data), part_bytes)]
    digests = [hashlib.sha256(part).digest() for part in parts]
    assert composite_of(data, part_bytes) == composite_sha256(digests)


def test_a_sentence_names_few_parts() -> None:
    assert numbers([1, 2]) == "1, 2"
    assert numbers(range(1, 31), most=3) == "1, 2, 3 and 27 more"
