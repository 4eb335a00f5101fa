from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import lambda_events
from chalicelib.model.image import is_older
from ops.local.runtime.change_log import Change, StoredState
from ops.local.runtime.s3_events import function_for, s3_event


def created(key: str, ts_ns: int = 1_795_229_158_181_185_633, etag: str = "aa") -> Change:
    return Change(key, ts_ns, StoredState(key, etag, 7, "v", "-" in etag))


def record(change: Change) -> dict:  # type: ignore[type-arg]
    (found,) = s3_event(change)["Records"]
    return dict(found)


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("up/a b", "up/a+b"),
        ("up/a+b", "up/a%2Bb"),
        ("up/ü.jpg", "up/%C3%BC.jpg"),
        ("100%.jpg", "100%25.jpg"),
        ("a=b&c?.jpg", "a%3Db%26c%3F.jpg"),
    ],
)
def test_keys_are_encoded_as_s3_does(key: str, sent: str) -> None:
    assert record(created(key))["s3"]["object"]["key"] == sent


@given(st.text(min_size=1))
def test_every_key_comes_back_when_it_is_decoded(key: str) -> None:
    assert unquote_plus(record(created(key))["s3"]["object"]["key"]) == key


def test_a_creation_has_size_and_etag() -> None:
    described = record(created("a"))
    assert described["eventName"] == "ObjectCreated:Put"
    assert described["eventTime"] == "2026-11-21T02:45:58.181Z"
    assert (described["s3"]["object"]["size"], described["s3"]["object"]["eTag"]) == (7, "aa")


def test_a_multipart_upload_has_its_own_event_name() -> None:
    assert record(created("a", etag="a-2"))["eventName"] == "ObjectCreated:CompleteMultipartUpload"


def test_a_removal_has_neither_size_nor_etag() -> None:
    described = record(Change("a", 1, None))
    assert described["eventName"] == "ObjectRemoved:Delete"
    assert set(described["s3"]["object"]) == {"key", "sequencer"}


def test_creations_and_removals_go_to_their_functions() -> None:
    assert function_for(created("a")) == "process_upload"
    assert function_for(Change("a", 1, None)) == "process_removal"


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_sequencers_are_in_the_order_of_time(time: int, other: int) -> None:
    first, second = (record(created("a", ts))["s3"]["object"]["sequencer"] for ts in (time, other))
    assert is_older(first, second) == (time < other)


def test_the_application_reads_the_event() -> None:
    (version,) = lambda_events.object_versions(s3_event(created("up/a b+c.jpg")))
    assert (version.bucket, version.key) == ("darkroom-uploads", "up/a b+c.jpg")
