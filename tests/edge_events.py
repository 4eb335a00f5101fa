"""Viewer requests as CloudFront passes them to its functions."""

from typing import Any


def event(
    uri: str, query: str = "v=1&v=2", accept: str = "image/avif,image/webp,*/*"
) -> dict[str, Any]:
    """A viewer-request event, version 1.0 of its structure."""
    headers = {"host": {"value": "photos.example"}, "if-none-match": {"value": '"an-etag"'}}
    if accept:
        headers["accept"] = {"value": accept}
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
            "querystring": querystring(query),
            "headers": headers,
            "cookies": {"session": {"value": "x", "attributes": "Secure"}},
        },
    }


def querystring(query: str) -> dict[str, Any]:
    """A query as CloudFront shows it to functions: undecoded, repeated values in a list."""
    found: dict[str, list[dict[str, str]]] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        found.setdefault(name, []).append({"value": value})
    return {
        name: values[-1] | ({"multiValue": values} if len(values) > 1 else {})
        for name, values in found.items()
    }
