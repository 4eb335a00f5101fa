"""Several things in one call."""

import pytest

from chalicelib.batches import for_each


def test_an_error_keeps_nothing_else_from_being_done() -> None:
    done = []

    def work(number: int) -> None:
        done.append(number)
        if number in (1, 2):
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        for_each([0, 1, 2, 3], work)
    assert done == [0, 1, 2, 3]
