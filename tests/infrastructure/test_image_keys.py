"""The CloudFront Function, executed in Node with CloudFront's events."""

import json
import subprocess
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model import keys
from tests.addresses import PRIVATE, RENDITION
from tests.builders import ULID
from tests.infrastructure.stacks import deployed


def test_the_prefix_of_the_address_is_removed_from_the_key() -> None:
    [request] = handled(event(f"/images/{RENDITION}"))
    assert request["uri"] == f"/{RENDITION}"


def test_what_is_not_a_rendition_is_not_found() -> None:
    others = ("/imagesque/x", f"/{RENDITION}", f"/x/../images/{ULID}/manifest.json")
    events = [event(address) for address in (*PRIVATE, *others)]
    passed = [e["request"]["uri"] for e in events_passed(events)]
    assert passed == []


@given(st.lists(st.from_regex(keys.RENDITION_PATTERN, fullmatch=True), min_size=1))
@settings(max_examples=3)  # each starts Node
def test_every_key_that_the_application_makes_is_passed_on(made: list[str]) -> None:
    answers = handled(*(event(f"/images/{key}") for key in made))
    assert [answer["uri"] for answer in answers] == [f"/{key}" for key in made]


def test_the_rest_of_the_request_is_not_changed() -> None:
    sent = event(f"/images/{RENDITION}")
    [request] = handled(sent)
    assert {**request, "uri": sent["request"]["uri"]} == sent["request"]


def test_it_runs_before_the_cache_lookup() -> None:
    # Otherwise a picture would be cached twice, by its address and by its key.
    stack = deployed("delivery")
    [images] = stack.properties("Distribution")["DistributionConfig"]["CacheBehaviors"]
    assert images["FunctionAssociations"] == [
        {"EventType": "viewer-request", "FunctionARN": "<ImageKeys.FunctionMetadata.FunctionARN>"}
    ]


def test_it_is_published_when_it_is_deployed() -> None:
    assert deployed("delivery").properties("ImageKeys")["AutoPublish"] is True


def event(uri: str) -> dict[str, Any]:
    """A viewer-request event, version 1.0 of its structure."""
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
        },
        "viewer": {"ip": "198.51.100.11"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {"v": {"value": "2", "multiValue": [{"value": "1"}, {"value": "2"}]}},
            "headers": {
                "host": {"value": "photos.example"},
                "accept": {"value": "image/avif,image/webp"},
                "if-none-match": {"value": '"an-etag"'},
            },
            "cookies": {"session": {"value": "x", "attributes": "Secure"}},
        },
    }


def events_passed(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events whose request the function passes on; it answers the others with 404."""
    answers = zip(events, handled(*events), strict=True)
    return [sent for sent, answer in answers if answer.get("statusCode") != 404]


def handled(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests or responses that the function returns for events."""
    code = deployed("delivery").properties("ImageKeys")["FunctionCode"]
    script = f"{code}\nconsole.log(JSON.stringify({json.dumps(events)}.map(e => handler(e))));"
    run = subprocess.run(["node"], input=script, capture_output=True, text=True, check=True)
    return list(json.loads(run.stdout))
