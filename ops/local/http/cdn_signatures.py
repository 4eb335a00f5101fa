"""Checks signed URLs and cookies by CloudFront's rules.

CloudFront Developer Guide, "Use signed URLs" and "Use signed cookies". A signed URL goes before
cookies; if it is not valid, the cookies do not count.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chalicelib.model import cdn_policy

_COOKIES = "CloudFront-"
_HASHES: dict[str, type[HashAlgorithm]] = {"SHA1": SHA1, "SHA256": SHA256}
_SECONDS = re.compile("[0-9]{1,12}")


class NotAllowed(Exception):
    """The request has no valid signature; the text is for tests and logs, not for clients."""


class Given(NamedTuple):
    """What a request brings; `url` is the whole URL without CloudFront's own parameters."""

    url: str
    parameters: Mapping[str, str]
    client: str


def check(
    base: str,
    path: str,
    query: str,
    cookies: str,
    keys: Mapping[str, str],
    now: datetime,
    client: str = "127.0.0.1",
) -> None:
    """NotAllowed unless the URL or the cookies are signed with one of `keys`, for this URL, now.

    `base` is scheme and host, `path` and `query` are as they were sent, `cookies` is that header.
    `keys` are public keys as PEM, by their ids.
    """
    parts = [part for part in query.split("&") if part]
    own = [part for part in parts if part.partition("=")[0] in cdn_policy.PARAMETERS]
    rest = "&".join(part for part in parts if part not in own)
    url = f"{base}{path}{f'?{rest}' if rest else ''}"
    parameters = _unique(own) if own else _from_cookies(cookies)
    _check(Given(url, parameters, client), keys, now)


def _unique(parts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition("=")
        if name in found:
            raise NotAllowed(f"{name} is given twice.")
        found[name] = value
    return found


def _from_cookies(header: str) -> dict[str, str]:
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return {}
    return {
        name.removeprefix(_COOKIES): morsel.value
        for name, morsel in jar.items()
        if name.removeprefix(_COOKIES) in cdn_policy.PARAMETERS and name.startswith(_COOKIES)
    }


def _check(given: Given, keys: Mapping[str, str], now: datetime) -> None:
    parameters = given.parameters
    if not {"Signature", "Key-Pair-Id"} <= parameters.keys():
        raise NotAllowed("There is no signature.")
    if ("Policy" in parameters) == ("Expires" in parameters):
        raise NotAllowed("There must be either a policy or an expiry.")
    signed = _decoded(parameters["Policy"]) if "Policy" in parameters else _canned(given)
    _verify(signed, parameters, keys)
    _check_statement(_statement(signed), given, now, canned="Expires" in parameters)


def _canned(given: Given) -> bytes:
    expires = given.parameters["Expires"]
    if not _SECONDS.fullmatch(expires):
        raise NotAllowed("The expiry is no number of seconds.")
    condition = {"DateLessThan": {"AWS:EpochTime": int(expires)}}
    statement = {"Resource": given.url, "Condition": condition}
    return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


def _decoded(text: str) -> bytes:
    try:
        return cdn_policy.decoded(text)
    except ValueError as reason:
        raise NotAllowed("A parameter is not in CloudFront's base64.") from reason


def _verify(signed: bytes, parameters: Mapping[str, str], keys: Mapping[str, str]) -> None:
    pem = keys.get(parameters["Key-Pair-Id"])
    algorithm = _HASHES.get(parameters.get("Hash-Algorithm", "SHA1"))
    if pem is None or algorithm is None:
        raise NotAllowed("The key or the hash algorithm is unknown.")
    key = cast(RSAPublicKey, load_pem_public_key(pem.encode()))
    try:
        key.verify(_decoded(parameters["Signature"]), signed, PKCS1v15(), algorithm())
    except InvalidSignature as reason:
        raise NotAllowed("The signature is another text's.") from reason


def _statement(signed: bytes) -> dict[str, Any]:
    try:
        [statement] = json.loads(signed)["Statement"]
    except (ValueError, KeyError, TypeError) as reason:
        raise NotAllowed("The policy has not exactly one statement.") from reason
    return dict(statement)


def _check_statement(
    statement: Mapping[str, Any], given: Given, now: datetime, *, canned: bool
) -> None:
    condition = statement.get("Condition", {})
    seconds = now.timestamp()
    if seconds >= _time(condition, "DateLessThan", 0):
        raise NotAllowed("The signature has expired.")
    if "DateGreaterThan" in condition and seconds <= _time(condition, "DateGreaterThan", seconds):
        raise NotAllowed("The signature is not valid yet.")
    address = condition.get("IpAddress", {}).get("AWS:SourceIp", "0.0.0.0/0")
    if not _contains(address, given.client):
        raise NotAllowed("The signature is for another address.")
    if not canned and not matches(str(statement.get("Resource", "*")), given.url):
        raise NotAllowed("The policy is for another resource.")


def _time(condition: Mapping[str, Any], name: str, default: float) -> float:
    value = condition.get(name, {}).get("AWS:EpochTime", default)
    return value if isinstance(value, int | float) else default


def _contains(network: str, client: str) -> bool:
    from ipaddress import ip_address, ip_network

    return ip_address(client) in ip_network(network, strict=False)


def matches(resource: str, url: str) -> bool:
    """Whether a policy's resource allows a URL: `*` is any text, `?` any one character.

    CloudFront reads a `?` in a policy as itself, too, so a URL's query matches.
    """
    pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in resource)
    return re.fullmatch(pattern, url, re.DOTALL) is not None


def cookie_values(query: str) -> dict[str, str]:
    """The cookies that allow the same as a signed query."""
    parts = (part.partition("=") for part in query.split("&"))
    return {f"{_COOKIES}{name}": value for name, _, value in parts}
