"""The setup function of a stage that one template creates: what `make deploy` does by calls.

CloudFormation calls it for what it has no resources for: the keys that sign the URLs of private
images, which are never in a template, and the page. It runs with the application's layer.
"""

import json
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import botocore.session

from ops import signing_keys
from ops.deploy import publication
from ops.deploy.publication import File
from ops.signing_keys import SLOTS, SigningKeys

Event = Mapping[str, Any]
Properties = Mapping[str, Any]
Attributes = dict[str, str]
Handler = Callable[[str, Properties], Attributes]

PAGE = Path("frontend")  # the page's files, below the function's code
_LONGEST_REASON = 1_000  # characters; CloudFormation refuses answers of more than 4 KB
_ANSWER_SECONDS = 30.0


class SetupError(Exception):
    """The text says what to change."""


def handler(event: Event, _context: object) -> None:
    """Do what CloudFormation asks for, and answer it, also about a failure."""
    properties = event["ResourceProperties"]
    kind = event["ResourceType"].removeprefix("Custom::")
    answer: dict[str, Any] = {
        "Status": "SUCCESS",
        "PhysicalResourceId": f"{kind}-{properties['Stage']}",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": True,  # the origin secret is among the attributes
    }
    try:
        answer["Data"] = _HANDLERS[kind](event["RequestType"], properties)
    except Exception as reason:
        # CloudFormation waits an hour for an answer, so it gets one whatever has happened.
        text = f"{type(reason).__name__}: {reason}"
        print(json.dumps({"level": "ERROR", "message": text}))
        answer |= {"Status": "FAILED", "Reason": text[:_LONGEST_REASON]}
    _send(event["ResponseURL"], answer)


def _send(address: str, answer: Mapping[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's presigned address
        address, json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=_ANSWER_SECONDS).close()  # noqa: S310


def _keys(verb: str, properties: Properties) -> Attributes:
    """The pairs of the wanted slots, made if there are none; removed with the stage."""
    store = _Parameter(properties["Parameter"])
    if verb == "Delete":
        store.remove()
        return {}
    before = store.read()
    keys = _with_slots(before or signing_keys.new_keys(), properties["Slots"])
    if keys != before:
        store.write(keys)
    public = {
        f"{slot}PublicKey": keys.public_key(slot).strip() if slot in properties["Slots"] else ""
        for slot in SLOTS
    }
    return {**public, "OriginSecret": keys.origin_secret}


def _with_slots(keys: SigningKeys, slots: list[str]) -> SigningKeys:
    if keys.slot not in slots:
        raise SetupError(
            f"The key in the slot {keys.slot} signs now. Set SigningSlots to FirstAndSecond "
            "before you remove it."
        )
    return signing_keys.with_next(keys) if set(slots) - set(keys.pairs) else keys


def _signing(verb: str, properties: Properties) -> Attributes:
    """Sign with the newest key, now that CloudFront has it; forget one that it has no more."""
    store = _Parameter(properties["Parameter"])
    keys = store.read()
    if verb == "Delete" or keys is None:
        return {}
    ids = {slot: properties[slot] for slot in SLOTS}
    signing = signing_keys.promoted(keys, ids)
    if any(not ids[slot] for slot in signing.pairs):
        signing = signing_keys.without_older(signing)
    if signing != keys:
        store.write(signing)
    return {"SigningKeyId": signing.id}


def _page(verb: str, properties: Properties) -> Attributes:
    """The page's files in the site bucket; none of them with the stage."""
    s3, bucket = _client("s3"), properties["Bucket"]
    if verb == "Delete":
        for key in publication.keys(s3, bucket):
            s3.delete_object(Bucket=bucket, Key=key)
        return {}
    files = [
        *_static_files(),
        publication.addresses_file(properties["Site"], properties["Version"]),
    ]
    changes = publication.compare(s3, bucket, files)
    distribution = properties["Distribution"]
    publication.publish(s3, _client("cloudfront"), bucket, distribution, changes)
    return {"Files": str(len(files))}


def _static_files() -> list[File]:
    found = sorted(path for path in PAGE.rglob("*") if path.is_file())
    return [File(path.relative_to(PAGE).as_posix(), path.read_bytes()) for path in found]


class _Parameter:
    """The secret parameter with the keys."""

    def __init__(self, name: str) -> None:
        self._ssm = _client("ssm")
        self._name = name

    def read(self) -> SigningKeys | None:
        try:
            found = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound:
            return None
        return signing_keys.parsed(found["Parameter"]["Value"])

    def write(self, keys: SigningKeys) -> None:
        self._ssm.put_parameter(
            Name=self._name,
            Value=signing_keys.written(keys),
            Type="SecureString",
            Overwrite=True,
            Description="Signs the URLs of private images",
        )

    def remove(self) -> None:
        try:
            self._ssm.delete_parameter(Name=self._name)
        except self._ssm.exceptions.ParameterNotFound:
            return


def _client(service: str) -> Any:
    return botocore.session.get_session().create_client(service)


_HANDLERS: Mapping[str, Handler] = {"SigningKeys": _keys, "SigningKey": _signing, "Page": _page}
