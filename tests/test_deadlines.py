"""How long a call may take, and what is done when its time is up."""

import math
from types import SimpleNamespace

import pytest

from chalicelib.deadlines import seconds_left
from chalicelib.errors import PassingFault
from chalicelib.facts import Phase
from chalicelib.stopwatch import Stopwatch


def test_a_call_comes_to_its_end_a_second_before_lambda_ends_it() -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    assert seconds_left(context)() == 59.0


def test_without_a_context_there_is_no_end() -> None:
    assert seconds_left(None)() == math.inf


def test_no_phase_begins_when_the_time_is_up() -> None:
    watch = Stopwatch(lambda: 0.0)
    with pytest.raises(PassingFault), watch.lap(Phase.READ):
        pytest.fail("It has begun.")
