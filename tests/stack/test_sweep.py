"""The sweep, as the running stack schedules it."""

from collections.abc import Iterator

import pytest

from ops.local.names import IMAGES_BUCKET, UPLOADS_BUCKET
from ops.local.storage.database import Database
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.stack.signals import suspended
from tests.waiting import until

SOON = {
    "SWEEP_SECONDS": "0.5,0.5",
    "SWEEP_GRACE_SECONDS": "1",
    "SWEEP_REST_SECONDS": "1",
    "UPLOAD_EXPIRY_SECONDS": "1",
}
FAR_FUTURE = 2**62  # nanoseconds since 1970: no change is later


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that sweeps twice a second, with a grace period of one second."""
    with running_stack(tmp_path_factory.mktemp("stack"), **SOON) as running:
        yield running


@pytest.fixture
def api(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)


def lose_event(stack: Stack, key: str) -> None:
    """Make the event loop ignore every future change of an object."""
    database = Database(stack.data / "events.sqlite")
    with database.change() as connection:
        connection.execute("INSERT INTO objects VALUES (?, ?, ?)", (key, "any", FAR_FUTURE))
    database.close()


def causes(api: ApiClient, image_id: str) -> list[str]:
    """The cause of each attempt."""
    lines = api.image(image_id)["history"]
    return [line["detail"] for line in lines if line["event"] == "processing"]


def test_an_object_whose_event_was_lost_becomes_an_image(stack: Stack, api: ApiClient) -> None:
    key = "copied/lost-event.jpg"
    lose_event(stack, key)
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg())
    image = api.of_object(key)
    assert image["status"] == "ready"
    assert causes(api, image["id"])[0] == "no event had arrived for the object"


def test_an_upload_by_ticket_whose_event_was_lost_becomes_ready(
    stack: Stack, api: ApiClient
) -> None:
    data = jpeg(seed=2)
    with suspended(stack, "worker"):  # a sweep would otherwise expire the ticket
        ticket = api.ticket(data)
        key = ticket["fields"]["key"]
        lose_event(stack, key)
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=data)
    until(lambda: api.image(ticket["image_id"])["status"] == "ready")


def test_an_unused_ticket_expires(api: ApiClient) -> None:
    ticket = api.ticket(jpeg(seed=3))
    until(lambda: api.image(ticket["image_id"])["status"] == "expired")


def test_a_missing_rendition_is_recreated(stack: Stack, api: ApiClient) -> None:
    key = "copied/incomplete.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(seed=4))
    rendition = api.of_object(key)["processed_files"][0]
    stack.s3().delete_object(Bucket=IMAGES_BUCKET, Key=rendition)
    listed = {"Bucket": IMAGES_BUCKET, "Prefix": rendition}
    until(lambda: stack.s3().list_objects_v2(**listed).get("Contents"))
