"""The CloudFront Function, executed in Node with CloudFront's events."""

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
def test_the_prefix_of_the_address_is_removed_from_the_key(address: str, key: str) -> None:
    assert handled(event(address))["uri"] == key


def test_other_paths_are_not_changed() -> None:
    assert handled(event("/imagesque/x"))["uri"] == "/imagesque/x"


def test_the_rest_of_the_request_is_not_changed() -> None:
    sent = event(f"/images/{RENDITION}")
    assert {**handled(sent), "uri": sent["request"]["uri"]} == sent["request"]


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


def handled(sent: dict[str, Any]) -> dict[str, Any]:
    """The request that the function returns for an event."""
    code = deployed("delivery").properties("ImageKeys")["FunctionCode"]
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(sent)})));"
    run = subprocess.run(["node"], input=script, capture_output=True, text=True, check=True)
    return dict(json.loads(run.stdout))
