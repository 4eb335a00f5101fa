"""CloudFront's policies: which URLs a signature allows, and until when.

A custom policy is JSON that is sent with its signature. Its resource is compared with the whole
URL, and with the query besides CloudFront's own parameters; `*` stands for any text and `?` for any
one character (CloudFront Developer Guide, "Create a signed URL using a custom policy").
"""

import base64
from datetime import datetime

import msgspec

# Not part of the URL that a policy is compared with
PARAMETERS = frozenset({"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"})
_ALPHABET = bytes.maketrans(b"+=/", b"-_~")
_FROM_ALPHABET = bytes.maketrans(b"-_~", b"+=/")


def policy(resource: str, until: datetime) -> bytes:
    """The policy that allows `resource` until then, in the form of a canned one."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(until.timestamp())}}
    return msgspec.json.encode({"Statement": [{"Resource": resource, "Condition": condition}]})


def encoded(data: bytes) -> str:
    """Base64 with the three characters that CloudFront uses in URLs and cookies."""
    return base64.b64encode(data).translate(_ALPHABET).decode()


def decoded(text: str) -> bytes:
    """The inverse of `encoded`; ValueError for any other text, also for another spelling."""
    data = base64.b64decode(text.encode("ascii").translate(_FROM_ALPHABET), validate=True)
    if encoded(data) != text:
        raise ValueError("This is not in CloudFront's base64.")
    return data
