"""The CloudFront Function, executed in Node with events as CloudFront gives them."""

import json
import subprocess
from typing import Any

import pytest

from tests.infrastructure.stacks import deployed

ID = "01M7Y2N0N9BYRK049JRFXGS292"
RENDITION = f"{ID}/60425b612b0452a3/1080p.webp"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (f"/images/{RENDITION}", f"/{RENDITION}"),
        (f"/images/{ID}/manifest.json", f"/{ID}/manifest.json"),
        ("/images/watermarks/logo.png", "/watermarks/logo.png"),
        ("/images/a%20b+c%2Fd.webp", "/a%20b+c%2Fd.webp"),
        ("/images/images/x", "/images/x"),
        ("/images/", "/"),
        ("/images//x", "//x"),
    ],
)
def test_the_bucket_is_asked_for_the_key_alone(address: str, key: str) -> None:
    assert handled(event(address))["uri"] == key


def test_what_is_not_below_images_stays_as_it_is() -> None:
    assert handled(event("/imagesque/x"))["uri"] == "/imagesque/x"


def test_the_rest_of_the_request_stays_as_it_is() -> None:
    asked = event(f"/images/{RENDITION}")
    assert {**handled(asked), "uri": asked["request"]["uri"]} == asked["request"]


def test_it_is_run_before_the_cache_is_asked() -> None:
    # One picture must not be kept twice, under its address and under its key.
    stack = deployed("delivery")
    [images] = stack.properties("Distribution")["DistributionConfig"]["CacheBehaviors"]
    assert images["FunctionAssociations"] == [
        {"EventType": "viewer-request", "FunctionARN": "<ImageKeys.FunctionMetadata.FunctionARN>"}
    ]


def test_it_is_live_as_soon_as_it_is_deployed() -> None:
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


def handled(asked: dict[str, Any]) -> dict[str, Any]:
    """What the function makes of an event."""
    code = deployed("delivery").properties("ImageKeys")["FunctionCode"]
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(asked)})));"
    run = subprocess.run(["node"], input=script, capture_output=True, text=True, check=True)
    return dict(json.loads(run.stdout))
