"""The list of photographs, which the benchmarks fetch when they start."""

from collections import Counter

from benchmarks.photographs import File, packages

FILES = [file for package in packages() for file in package.file]


def of(set_name: str) -> list[File]:
    return [file for file in FILES if set_name in file.sets]


def test_claims_are_checked_on_photographs_that_nothing_was_fitted_on() -> None:
    fitted = {file.sha256 for file in of("fit")}
    assert not fitted & {file.sha256 for name in ("held-out", "bench") for file in of(name)}


def test_every_set_has_enough_photographs() -> None:
    assert len(of("held-out")) >= 50
    assert len(of("fit")) >= 30
    assert len(of("bench")) >= 20


def test_every_file_has_a_unique_name_and_unique_content() -> None:
    assert max(Counter(file.name for file in FILES).values()) == 1
    assert max(Counter(file.sha256 for file in FILES).values()) == 1
