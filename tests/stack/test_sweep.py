"""The sweep, called by the running stack's clock."""

from collections.abc import Iterator

import pytest

from ops.local.database import Database
from ops.local.names import IMAGES_BUCKET, UPLOADS_BUCKET
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.stack.signals import halted
from tests.waiting import until

SOON = {
    "SWEEP_SECONDS": "0.5,0.5",
    "SWEEP_GRACE_SECONDS": "1",
    "SWEEP_REST_SECONDS": "1",
    "UPLOAD_EXPIRY_SECONDS": "1",
}
NEVER = 2**62  # nanoseconds since 1970: no change is later


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that sweeps twice a second what is older than a second."""
    with running_stack(tmp_path_factory.mktemp("stack"), **SOON) as running:
        yield running


@pytest.fixture
def api(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)


def lose_event(stack: Stack, key: str) -> None:
    """Let the event loop believe that it knows all that will ever happen to an object."""
    database = Database(stack.data / "events.sqlite")
    with database.change() as connection:
        connection.execute("INSERT INTO objects VALUES (?, ?, ?)", (key, "known", NEVER))
    database.close()


def causes(api: ApiClient, image_id: str) -> list[str]:
    """Why each try was begun."""
    lines = api.image(image_id)["history"]
    return [line["detail"] for line in lines if line["event"] == "processing"]


def test_an_object_whose_event_was_lost_becomes_an_image(stack: Stack, api: ApiClient) -> None:
    key = "copied/untold.jpg"
    lose_event(stack, key)
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg())
    image = api.of_object(key)
    assert image["status"] == "ready"
    assert causes(api, image["id"])[0] == "no event had told of the object"


def test_an_upload_by_ticket_whose_event_was_lost_becomes_ready(
    stack: Stack, api: ApiClient
) -> None:
    data = jpeg(seed=2)
    with halted(stack, "worker"):  # a sweep would call the ticket expired
        ticket = api.ticket(data)
        key = ticket["fields"]["key"]
        lose_event(stack, key)
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=data)
    until(lambda: api.image(ticket["image_id"])["status"] == "ready")


def test_a_ticket_that_nobody_uses_expires(api: ApiClient) -> None:
    ticket = api.ticket(jpeg(seed=3))
    until(lambda: api.image(ticket["image_id"])["status"] == "expired")


def test_a_rendition_that_is_gone_is_made_again(stack: Stack, api: ApiClient) -> None:
    key = "copied/incomplete.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(seed=4))
    rendition = api.of_object(key)["processed_files"][0]
    stack.s3().delete_object(Bucket=IMAGES_BUCKET, Key=rendition)
    listed = {"Bucket": IMAGES_BUCKET, "Prefix": rendition}
    until(lambda: stack.s3().list_objects_v2(**listed).get("Contents"))
