"""A redaction in a running stack: what it hides is in no file but the original, in any version."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ops.local.names import IMAGES_BUCKET, IMAGES_TABLE, UPLOADS_BUCKET
from tests.e2e.client import ApiClient
from tests.stack.running import Stack, running_stack
from tests.sweep.test_purges import BOX, pictures_in, secret_photo, shows_secret
from tests.waiting import GENEROUS, until
from tests.webhooks.receivers import Receiver, running_receiver

STEP = {
    "action": "redact",
    "x": BOX.x,
    "y": BOX.y,
    "width": BOX.width,
    "height": BOX.height,
}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Stack]:
    """With versions in the bucket of renditions, whose former files are then kept, too."""
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(folder, WEBHOOK_URL=receiver.url) as running:
        running.s3().put_bucket_versioning(
            Bucket=IMAGES_BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )
        yield running


def everything(stack: Stack, original: str) -> dict[str, bytes]:
    """Every version of every object but the original, and every item of the table."""
    s3, found = stack.s3(), dict[str, bytes]()
    for bucket in (UPLOADS_BUCKET, IMAGES_BUCKET):
        for version in s3.list_object_versions(Bucket=bucket).get("Versions", ()):
            key, version_id = version["Key"], version["VersionId"]
            if key != original:
                answer = s3.get_object(Bucket=bucket, Key=key, VersionId=version_id)
                found[f"{bucket}/{key} {version_id}"] = answer["Body"].read()
    for page in stack.client("dynamodb").get_paginator("scan").paginate(TableName=IMAGES_TABLE):
        for number, item in enumerate(page["Items"]):
            found[f"item {number}"] = json.dumps(item, default=str).encode()
    return found


def traces(stack: Stack, original: str) -> list[str]:
    return [
        name
        for name, data in everything(stack, original).items()
        if any(map(shows_secret, pictures_in(data)))
    ]


def addresses(stack: Stack, image: dict[str, Any]) -> list[str]:
    """The URLs of an image's files, stable, immutable and on demand."""
    files = [file[name] for file in image["renditions"] for name in ("url", "immutable_url")]
    return [*files, f"{stack.site}/i/{image['id']}?w=320", image["og_image"]]


def shown_at(address: str) -> bytes:
    answer = requests.get(address, timeout=GENEROUS)
    return answer.content if answer.ok else b""


def test_a_redaction_leaves_no_trace(stack: Stack, receiver: Receiver) -> None:
    client = ApiClient(stack.api)
    image_id = client.upload(secret_photo())
    image = client.finished(image_id)
    old = addresses(stack, image)
    assert all(shows_secret(shown_at(address)) for address in old)
    before = traces(stack, image["original_file"])
    assert len(before) > len(image["renditions"])

    url = f"{stack.api}/images/{image_id}"
    changed = requests.patch(url, json={"edits": [STEP]}, timeout=GENEROUS).json()
    assert (changed["status"], changed["renditions"]) == ("processing", [])
    seen = [data for data in map(shown_at, old) if data]
    assert not any(map(shows_secret, seen))

    ready = client.finished(image_id)
    assert (ready["status"], ready["edits"][0]["action"]) == ("ready", "redact")
    assert traces(stack, image["original_file"]) == []
    shown = [shown_at(address) for address in (*old, *addresses(stack, ready))]
    assert all(shown)
    assert not any(map(shows_secret, shown))
    assert shows_secret(shown_at(f"{url}/original"))

    def bodies() -> list[bytes]:
        return [request.body for request in receiver.requests]

    until(lambda: sum(b'"image.ready"' in body for body in bodies()) == 2)
    assert not any(shows_secret(picture) for body in bodies() for picture in pictures_in(body))


def test_a_ticket_with_a_redaction_never_shows_what_it_hides(stack: Stack) -> None:
    client = ApiClient(stack.api)
    image = client.finished(client.upload(secret_photo(), edits=[STEP]))
    assert image["status"] == "ready"
    assert not any(shows_secret(shown_at(address)) for address in addresses(stack, image))
    originals = {f"{UPLOADS_BUCKET}/{other['original_file']}" for other in client.all_images()}
    found = traces(stack, image["original_file"])
    assert [name for name in found if name.split()[0] not in originals] == []


def test_a_request_with_invalid_edits_says_which_field_is_wrong(stack: Stack) -> None:
    client = ApiClient(stack.api)
    image = client.all_images()[0]
    edits = [STEP, {"action": "crop", "x": 0.5, "y": 0, "width": 0.6, "height": 1}]
    url = f"{stack.api}/images/{image['id']}"
    answer = requests.patch(url, json={"edits": edits}, timeout=GENEROUS)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "edits[1]: x and width must be at most 1 together."
