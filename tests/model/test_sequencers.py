"""The order of one object's events."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.image import is_older

SEQUENCERS = st.text("0123456789ABCDEF", max_size=24)


def test_the_shorter_sequencer_is_padded_on_the_right() -> None:
    assert is_older("0055AED6DCD90281E5", than="0055AED6DCD90281E50") is False
    assert is_older("0055AED6DCD90281E5", than="0055AED6DCD90281E51")


def test_an_empty_sequencer_is_older_than_any() -> None:
    assert is_older("", than="0A")
    assert not is_older("", than="")


def test_letters_of_either_case_are_the_same_digits() -> None:
    assert not is_older("0a", than="0A")
    assert not is_older("0A", than="0a")


@given(SEQUENCERS, SEQUENCERS)
def test_of_two_sequencers_at_most_one_is_older(a: str, b: str) -> None:
    assert not (is_older(a, than=b) and is_older(b, than=a))


@given(SEQUENCERS, SEQUENCERS, SEQUENCERS)
def test_the_order_is_transitive(a: str, b: str, c: str) -> None:
    if is_older(a, than=b) and is_older(b, than=c):
        assert is_older(a, than=c)
