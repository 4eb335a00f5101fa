"""Parsing of what the event handlers receive."""

import json

import pytest

from chalicelib import lambda_events
from tests.builders import s3_record


@pytest.mark.parametrize(
    "key", ["a b.jpg", "a+b.jpg", "a%20b.jpg", "日本/ü.jpg", "a&b=c?#.jpg", "a%2Bb"]
)
def test_a_key_is_decoded_exactly_once(key: str) -> None:
    (version,) = lambda_events.object_versions({"Records": [s3_record(key)]})
    assert version.key == key


def test_a_key_that_keeps_its_slashes_encoded_is_the_same_key() -> None:
    record = s3_record("x")
    record["s3"]["object"]["key"] = "up%2Fa+b"
    (version,) = lambda_events.object_versions({"Records": [record]})
    assert version.key == "up/a b"


def test_every_record_of_an_event_is_parsed() -> None:
    event = {"Records": [s3_record("a"), s3_record("b")]}
    assert [version.key for version in lambda_events.object_versions(event)] == ["a", "b"]


@pytest.mark.parametrize("key", ["photos/", "photos_$folder$"])
def test_a_folder_marker_is_not_an_object_to_process(key: str) -> None:
    record = s3_record(key)
    record["s3"]["object"]["size"] = 0
    assert lambda_events.object_versions({"Records": [record, s3_record("a")]})[0].key == "a"


def test_a_removal_has_no_size_and_is_handled_whatever_its_key() -> None:
    record = s3_record("photos/")
    record["s3"]["object"].pop("size", None)
    assert len(lambda_events.object_versions({"Records": [record]})) == 1


def test_the_test_event_that_s3_sends_has_no_objects() -> None:
    assert lambda_events.object_versions({"Service": "Amazon S3", "Event": "s3:TestEvent"}) == ()


def test_a_lost_event_yields_its_objects_and_the_type_of_its_error() -> None:
    body = {
        "requestContext": {"condition": "RetriesExhausted"},
        "requestPayload": {"Records": [s3_record("a")]},
        "responsePayload": {"errorType": "TransientError", "errorMessage": "secret"},
    }
    failure = lambda_events.failure(json.dumps(body))
    assert [version.key for version in failure.versions] == ["a"]
    assert failure.cause == "Processing failed after all retries (TransientError)."


def test_a_lost_reprocess_request_yields_its_image() -> None:
    assert lambda_events.failure('{"image_id": "X"}').image_id == "X"


def test_a_failure_keeps_our_own_error_text_and_not_a_librarys() -> None:
    lost = {"requestPayload": {"Records": []}}
    ours = {"errorType": "SettingsError", "errorMessage": "The watermark x is missing."}
    theirs = {"errorType": "KeyError", "errorMessage": "secret"}
    causes = [
        lambda_events.failure(json.dumps(lost | {"responsePayload": answer})).cause
        for answer in (ours, theirs)
    ]
    assert causes == [
        "Processing failed after all retries (SettingsError). The watermark x is missing.",
        "Processing failed after all retries (KeyError).",
    ]
