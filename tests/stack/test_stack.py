"""One running stack, tested from outside."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from chalicelib.aws.table_keys import pending_key
from ops.local.names import (
    FAILURES_QUEUE,
    HOST,
    IMAGES_BUCKET,
    IMAGES_TABLE,
    UPLOADS_BUCKET,
    WEBHOOKS_QUEUE,
    WORK_QUEUE,
)
from ops.local.runtime import tasks
from ops.local.runtime.change_log import Change, StoredState
from ops.local.runtime.s3_events import s3_event
from ops.local.storage.database import Database
from tests.builders import ULID
from tests.pictures import jpeg
from tests.stack.running import Stack, descendants, running_stack, starting_stack
from tests.stack.signals import has_printed
from tests.waiting import GENEROUS, until

RENDITION = f"{ULID}/0123456789abcdef/a.webp"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


def image_of(stack: Stack, key: str) -> dict[str, Any] | None:
    images = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"]
    return next((image for image in images if image["original_file"] == key), None)


def test_it_prints_its_three_addresses_and_that_it_is_ready(stack: Stack) -> None:
    output = "\n".join(stack.lines)
    assert all(address in output for address in (stack.api, stack.site, stack.s3_address))
    assert stack.lines[-1] == "Darkroom is ready"


def test_no_probe_is_left_behind(stack: Stack) -> None:
    assert not stack.s3().list_objects_v2(Bucket=UPLOADS_BUCKET).get("Contents")


def test_a_second_stack_over_the_same_data_is_refused(stack: Stack) -> None:
    with starting_stack(stack.data) as second:
        assert second.process.wait(GENEROUS) == 1
        until(lambda: has_printed(second, f"already running in {stack.data} (process"))
    assert str(stack.process.pid) in second.lines[-1]
    assert requests.get(f"{stack.api}/health", timeout=GENEROUS).status_code == 200


def test_two_stacks_run_side_by_side(stack: Stack, tmp_path: Path) -> None:
    with running_stack(tmp_path) as other:
        for running in (stack, other):
            running.s3().put_object(Bucket=UPLOADS_BUCKET, Key="beside.jpg", Body=jpeg())
        for running in (stack, other):
            until(lambda s=running: (image_of(s, "beside.jpg") or {}).get("status") == "ready")  # type: ignore[misc]


def test_it_listens_on_loopback_only(stack: Stack) -> None:
    stores = ("api", "site", "aws", "s3")
    pids = {pid for part in stores for pid in stack.pids(part)}
    assert len(pids) == 4
    assert _listening(pids) <= {HOST}


def _listening(pids: set[int]) -> set[str]:
    """The addresses on which processes listen; empty on systems other than Linux."""
    sockets = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            if link.exists() or link.is_symlink():
                sockets.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and cells[9] in sockets:
                found.add("127.0.0.1" if cells[1].startswith("0100007F:") else cells[1])
    return found


def test_an_object_becomes_an_image_and_its_removal_erases_it(stack: Stack) -> None:
    key = f"any where/a+b {uuid.uuid4()}.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg())
    until(lambda: (image_of(stack, key) or {}).get("status") == "ready")
    stack.s3().delete_object(Bucket=UPLOADS_BUCKET, Key=key)
    until(lambda: (image_of(stack, key) or {}).get("status", "deleted") == "deleted")


def test_without_a_webhook_url_no_webhook_is_queued(stack: Stack) -> None:
    key = f"silent/{uuid.uuid4()}.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg())
    until(lambda: (image_of(stack, key) or {}).get("status") == "ready")
    until(lambda: not _unpublished(stack, key))
    queue = stack.client("sqs").get_queue_url(QueueName=WEBHOOKS_QUEUE)["QueueUrl"]
    assert _message_count(stack, queue) == 0


def _unpublished(stack: Stack, key: str) -> bool:
    """Whether events of an image have not yet reached the bus."""
    image = image_of(stack, key)
    assert image
    found = stack.client("dynamodb").query(
        TableName=IMAGES_TABLE,
        KeyConditionExpression="id = :id",
        ExpressionAttributeValues={":id": {"S": pending_key(image["id"])}},
    )
    return any(image["id"] in row["entry"]["S"] for row in found["Items"])


def test_the_stacks_files_are_readable_by_its_user_only(stack: Stack) -> None:
    paths = [stack.data, *stack.data.iterdir(), *(stack.data / "dynamodb").iterdir()]
    readable = [path for path in paths if path.stat().st_mode & 0o077]
    assert readable == []


def test_an_event_given_up_reaches_the_failures_queue(stack: Stack) -> None:
    key = f"lost/{uuid.uuid4()}.jpg"
    event = s3_event(Change(key, 1, StoredState(key, "aa", 7, "v")))
    record = {"requestPayload": event, "responsePayload": {"errorType": "OutOfMemory"}}
    database = Database(stack.data / "events.sqlite")
    with database.change() as connection:
        tasks.add(connection, "record", "process_upload", record)
    database.close()
    image = until(lambda: image_of(stack, key))
    assert image
    assert (image["status"], image["original_file"]) == ("failed", key)
    queue = stack.client("sqs").get_queue_url(QueueName=FAILURES_QUEUE)["QueueUrl"]
    until(lambda: _message_count(stack, queue) == 0)


def test_a_message_that_fails_three_times_moves_to_the_failures_queue(stack: Stack) -> None:
    sqs = stack.client("sqs")
    queue = sqs.get_queue_url(QueueName=WORK_QUEUE)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 3
    assert attributes["VisibilityTimeout"] == "120"
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"image_id": "0" * 26}))
    until(lambda: _message_count(stack, queue) == 0)


def _message_count(stack: Stack, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return sum(int(count) for count in found["Attributes"].values())


def test_only_the_cdn_identity_reads_images_from_outside(stack: Stack) -> None:
    stack.s3().put_object(Bucket=IMAGES_BUCKET, Key=RENDITION, Body=b"abc")
    stored = stack.s3("cdn").get_object(Bucket=IMAGES_BUCKET, Key=RENDITION)
    assert stored["Body"].read() == b"abc"
    address = f"{stack.s3_address}/{IMAGES_BUCKET}/{RENDITION}"
    assert requests.get(address, timeout=GENEROUS).status_code == 403


@pytest.mark.parametrize(
    ("profile", "action", "bucket"),
    [
        ("cdn", "put_object", IMAGES_BUCKET),
        ("cdn", "delete_object", IMAGES_BUCKET),
        ("cdn", "get_object", UPLOADS_BUCKET),
        ("worker", "put_object", UPLOADS_BUCKET),
        ("api", "delete_bucket", UPLOADS_BUCKET),
        ("api", "delete_bucket_policy", IMAGES_BUCKET),
        ("worker", "put_bucket_cors", IMAGES_BUCKET),
    ],
)
def test_an_identity_has_no_further_permissions(
    stack: Stack, profile: str, action: str, bucket: str
) -> None:
    arguments: dict[str, Any] = {} if "bucket" in action else {"Key": "some/key"}
    if action == "put_bucket_cors":
        rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}
        arguments = {"CORSConfiguration": {"CORSRules": [rule]}}
    with pytest.raises(ClientError) as refused:
        getattr(stack.s3(profile), action)(Bucket=bucket, **arguments)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_site_serves_images_as_a_cdn_would(stack: Stack) -> None:
    stack.s3().put_object(
        Bucket=IMAGES_BUCKET,
        Key=RENDITION,
        Body=b"0123456789",
        ContentType="image/webp",
        CacheControl="public, max-age=31536000, immutable",
    )
    address = f"{stack.site}/images/{RENDITION}"
    answer = requests.get(address, timeout=GENEROUS)
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = requests.get(
        address, headers={"If-None-Match": answer.headers["ETag"]}, timeout=GENEROUS
    )
    assert (again.status_code, again.content) == (304, b"")
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert requests.get(address, headers=since, timeout=GENEROUS).status_code == 304
    part = requests.get(address, headers={"Range": "bytes=2-4"}, timeout=GENEROUS)
    assert (part.status_code, part.content) == (206, b"234")
    head = requests.head(address, timeout=GENEROUS)
    assert (head.status_code, head.headers["Content-Length"]) == (200, "10")
    assert requests.get(f"{stack.site}/images/i/none.webp", timeout=GENEROUS).status_code == 404
    assert requests.post(address, timeout=GENEROUS).status_code == 501


@pytest.mark.parametrize("path", ["", "/", "/some/key"])
def test_a_page_may_upload_and_another_site_may_not(stack: Stack, path: str) -> None:
    def allowed(origin: str) -> str | None:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        address = f"{stack.s3_address}/{UPLOADS_BUCKET}{path}"
        try:
            response = requests.options(address, headers=headers, timeout=GENEROUS)
        except (
            requests.ConnectionError
        ):  # how SeaweedFS refuses other origins at a bucket's address
            return None
        return response.headers.get("Access-Control-Allow-Origin")

    named = stack.site.replace(HOST, "localhost")
    assert (allowed(stack.site), allowed(named)) == (stack.site, named)
    assert allowed("http://elsewhere.example") is None


def test_every_part_is_one_process_and_there_is_one_worker_per_cpu(stack: Stack) -> None:
    import os

    commands = [command for _, command in descendants(stack.process.pid)]
    assert len(stack.pids("worker")) == os.cpu_count()
    assert len(commands) == len(stack.pids("worker")) + 6
