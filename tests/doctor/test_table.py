"""Each state of the table has its sentence and its command."""

import pytest

from ops.doctor import table
from ops.doctor.finding import Finding, failure, ok, warning
from ops.doctor.table import TableState

ACTIVE = {"by_owner": "ACTIVE", "by_unfinished": "ACTIVE"}


def findings(state: TableState, stage: str = "dev") -> dict[str, Finding]:
    return {finding.part: finding for finding in table.findings(state, stage)}


def test_a_sound_table_is_in_order() -> None:
    assert table.findings(TableState(ACTIVE, read=12), "dev") == [
        ok("table", "the indexes by_owner and by_unfinished are active"),
        ok("records", "12 records can be read"),
        ok("search", f"all images have search entries of layout {table.VERSION}"),
        ok("renditions", "all are those of this checkout's variants table"),
    ]


@pytest.mark.parametrize(
    ("stage", "remedy"), [("dev", "make deploy STAGE=dev"), ("local", "./darkroom rebuild-table")]
)
def test_a_missing_index_is_a_failure(stage: str, remedy: str) -> None:
    assert findings(TableState({"by_owner": "ACTIVE"}), stage)["table"] == failure(
        "table", "the index by_unfinished is missing: lists fail", remedy
    )


def test_an_index_that_is_being_built_is_a_warning() -> None:
    state = TableState({**ACTIVE, "by_owner": "CREATING"})
    assert findings(state)["table"] == warning(
        "table", "the index by_owner is being built: lists are incomplete"
    )


def test_records_that_cannot_be_read_are_a_failure() -> None:
    assert findings(TableState(ACTIVE, read=9, unreadable=["A1"]))["records"] == failure(
        "records",
        "1 of 10 records cannot be read by this version, such as A1: a later version wrote them, "
        "or they are damaged",
        "git pull && make setup",
    )


def test_a_sample_is_called_one() -> None:
    state = TableState(ACTIVE, read=1000, is_sample=True)
    assert findings(state)["records"].text == "the first 1,000 records can be read"


def test_a_single_record_is_counted_in_the_singular() -> None:
    assert findings(TableState(ACTIVE, read=1))["records"].text == "1 record can be read"


@pytest.mark.parametrize(
    ("stage", "remedy"), [("dev", "./darkroom sweep --stage dev"), ("local", "./darkroom sweep")]
)
def test_images_without_search_entries_are_a_warning(stage: str, remedy: str) -> None:
    found = findings(TableState(ACTIVE, all_indexed=False, read=1), stage)["search"]
    assert found == warning(
        "search",
        f"not all images have search entries of layout {table.VERSION} yet: searches read all "
        "records, and sorting is by date only. The sweep writes them",
        remedy,
    )


def test_a_new_table_lacks_no_search_entries() -> None:
    assert findings(TableState(ACTIVE, all_indexed=False))["search"].level == "ok"


@pytest.mark.parametrize(
    ("stage", "remedy"),
    [
        ("dev", "./darkroom reprocess --only-missing --stage dev"),
        ("local", "./darkroom reprocess --only-missing"),
    ],
)
def test_images_that_differ_from_the_variants_table_are_a_warning(stage: str, remedy: str) -> None:
    found = findings(TableState(ACTIVE, read=3, outdated=2), stage)["renditions"]
    assert found == warning(
        "renditions",
        "2 of 3 records must be rendered again: their files differ from this checkout's variants "
        "table, or lack what earlier versions did not read",
        remedy,
    )
