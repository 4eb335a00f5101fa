"""The list of photographs; fetching them is the benchmarks' own first step."""

from collections import Counter

from benchmarks.photographs import File, packages

FILES = [file for package in packages() for file in package.file]


def of(set_name: str) -> list[File]:
    return [file for file in FILES if set_name in file.sets]


def test_no_photograph_that_claims_are_checked_on_was_fitted_on() -> None:
    seen = {file.sha256 for file in of("fit")}
    assert not seen & {file.sha256 for name in ("held-out", "bench") for file in of(name)}


def test_no_drawing_is_among_the_photographs() -> None:
    drawings = {file.sha256 for file in of("drawings")}
    photographs = [file for name in ("fit", "held-out", "bench") for file in of(name)]
    assert not drawings & {file.sha256 for file in photographs}


def test_there_are_enough_to_judge_by() -> None:
    assert len(of("held-out")) >= 50
    assert len(of("fit")) >= 30
    assert len(of("bench")) >= 20


def test_every_file_has_a_name_and_a_content_of_its_own() -> None:
    assert max(Counter(file.name for file in FILES).values()) == 1
    assert max(Counter(file.sha256 for file in FILES).values()) == 1
