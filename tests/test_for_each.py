"""`for_each`: errors in a batch."""

import pytest

from chalicelib.lambda_events import for_each


def test_an_error_does_not_stop_the_other_items() -> None:
    done = []

    def work(number: int) -> None:
        done.append(number)
        if number in (1, 2):
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        for_each([0, 1, 2, 3], work)
    assert done == [0, 1, 2, 3]
