"""What reaches the event handlers."""

import json

import pytest

from chalicelib import notifications
from tests.builders import s3_record


@pytest.mark.parametrize(
    "key", ["a b.jpg", "a+b.jpg", "a%20b.jpg", "日本/ü.jpg", "a&b=c?#.jpg", "a%2Bb"]
)
def test_a_key_is_decoded_exactly_once(key: str) -> None:
    (version,) = notifications.object_versions({"Records": [s3_record(key)]})
    assert version.key == key


def test_a_key_that_keeps_its_slashes_encoded_is_the_same_key() -> None:
    record = s3_record("x")
    record["s3"]["object"]["key"] = "up%2Fa+b"
    (version,) = notifications.object_versions({"Records": [record]})
    assert version.key == "up/a b"


def test_every_record_of_an_event_counts() -> None:
    event = {"Records": [s3_record("a"), s3_record("b")]}
    assert [version.key for version in notifications.object_versions(event)] == ["a", "b"]


def test_the_test_event_that_s3_sends_is_empty() -> None:
    assert notifications.object_versions({"Service": "Amazon S3", "Event": "s3:TestEvent"}) == ()


def test_a_lost_event_names_its_objects_and_the_kind_of_its_error() -> None:
    body = {
        "requestContext": {"condition": "RetriesExhausted"},
        "requestPayload": {"Records": [s3_record("a")]},
        "responsePayload": {"errorType": "PassingFault", "errorMessage": "secret"},
    }
    failure = notifications.failure(json.dumps(body))
    assert [version.key for version in failure.versions] == ["a"]
    assert failure.cause == "Processing failed after all tries (PassingFault)."


def test_a_lost_request_to_process_again_names_its_image() -> None:
    assert notifications.failure('{"image_id": "X"}').image_id == "X"


def test_our_own_text_of_a_failure_is_kept_and_a_librarys_is_not() -> None:
    lost = {"requestPayload": {"Records": []}}
    ours = {"errorType": "SettingsError", "errorMessage": "The watermark x is missing."}
    theirs = {"errorType": "KeyError", "errorMessage": "secret"}
    said = [
        notifications.failure(json.dumps(lost | {"responsePayload": answer})).cause
        for answer in (ours, theirs)
    ]
    assert said == [
        "Processing failed after all tries (SettingsError). The watermark x is missing.",
        "Processing failed after all tries (KeyError).",
    ]
