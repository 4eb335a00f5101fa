"""A fault at every call to a store: the end is the same as without the fault."""

import pytest

from tests.attack.faults import BREAKING, KILLING, Kind, Manner
from tests.attack.lambdas import TRIES, Lambdas
from tests.attack.runs import flaws
from tests.attack.scenes import Change, Erasure, Overwrite, Removal, Scene, Upload

FEWER = (Manner(Kind.KILLED, done=False), Manner(Kind.RESET, done=True))
EVERY = (*BREAKING, *KILLING)


@pytest.mark.parametrize("manner", EVERY, ids=str)
def test_an_upload_ends_the_same_whichever_call_fails(lambdas: Lambdas, manner: Manner) -> None:
    assert flaws(lambdas, Upload, manner, manner.for_good) == {}


@pytest.mark.parametrize("manner", FEWER, ids=str)
@pytest.mark.parametrize("scene", [Overwrite, Change, Erasure, Removal])
def test_later_changes_end_the_same_whichever_call_fails(
    lambdas: Lambdas, scene: type[Scene], manner: Manner
) -> None:
    assert flaws(lambdas, scene, manner, manner.for_good) == {}


def test_an_upload_that_is_given_up_ends_the_same_after_a_redrive(
    lambdas: Lambdas,
) -> None:
    manner = Manner(Kind.ERROR, done=True)
    assert flaws(lambdas, Upload, manner, TRIES * manner.for_good) == {}
