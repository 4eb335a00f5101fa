"""The time that a call has left, and what happens when it is over."""

import math
from types import SimpleNamespace

import pytest

from chalicelib.errors import TransientError
from chalicelib.lambda_events import seconds_left
from chalicelib.ports.telemetry import Phase
from chalicelib.processing.timing import PhaseTimer


def test_a_call_ends_a_second_before_lambdas_deadline() -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    assert seconds_left(context)() == 59.0


def test_without_a_context_there_is_no_deadline() -> None:
    assert seconds_left(None)() == math.inf


def test_no_phase_begins_after_the_deadline() -> None:
    timer = PhaseTimer(lambda: 0.0)
    with pytest.raises(TransientError), timer.phase(Phase.READ):
        pytest.fail("The phase has begun.")
