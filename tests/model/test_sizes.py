"""Sizes in sentences."""

import pytest

from chalicelib.model.sizes import readable


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (50_000_000, "50 MB"),
        (26_214_400, "26.2 MB"),
        (49_999_999, "49.9 MB"),
        (999_999_999, "999.9 MB"),
        (2_000_000_000, "2 GB"),
        (1_234_000_000_000_000, "1,234 TB"),
    ],
)
def test_a_size_is_shown_in_the_largest_unit_and_rounded_down(count: int, text: str) -> None:
    assert readable(count) == text
