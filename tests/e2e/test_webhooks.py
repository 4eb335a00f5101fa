"""The webhooks that a receiver gets while the whole stack processes images."""

import json
from datetime import UTC, datetime
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook

from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until
from tests.webhooks.receivers import Receiver, Request


def events_of(stack: Stack, webhooks: Receiver, image_id: str) -> dict[str, Any]:
    """The received events of an image, by type; each signature is checked."""
    webhook = Webhook((stack.data / "webhook-secret").read_text())
    events = [read(webhook, request) for request in list(webhooks.requests)]
    return {e["type"]: e["data"] for e in events if e["data"]["id"] == image_id}


def read(webhook: Webhook, request: Request) -> Any:
    """The body, whose signature is checked for its own timestamp: others are old by now."""
    at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    signature = webhook.sign(request.headers["webhook-id"], at, request.body.decode())
    assert signature in request.headers["webhook-signature"].split()
    return json.loads(request.body)


def test_a_receiver_gets_the_events_of_an_image_until_its_deletion(
    stack: Stack, client: ApiClient, webhooks: Receiver
) -> None:
    image_id = client.upload(jpeg(seed=30), "photo.jpg")
    ready = client.finished(image_id)
    until(lambda: "image.ready" in events_of(stack, webhooks, image_id))
    event = events_of(stack, webhooks, image_id)["image.ready"]
    assert event["renditions"] == ready["renditions"]
    assert requests.get(event["renditions"][0]["url"], timeout=GENEROUS).status_code == 200
    requests.delete(f"{client.api}/images/{image_id}", timeout=GENEROUS)
    until(lambda: "image.deleted" in events_of(stack, webhooks, image_id))
    gone = events_of(stack, webhooks, image_id)["image.deleted"]
    assert gone["revision"] > event["revision"]


def test_a_receiver_gets_the_reason_of_a_rejection(
    stack: Stack, client: ApiClient, webhooks: Receiver
) -> None:
    image_id = client.upload(b"no picture at all", "photo.jpg")
    until(lambda: "image.rejected" in events_of(stack, webhooks, image_id))
    assert events_of(stack, webhooks, image_id)["image.rejected"]["reason"] == "not_an_image"


def test_a_refused_webhook_is_sent_again(client: ApiClient, webhooks: Receiver) -> None:
    # It refused the very first webhook, whichever test that belonged to.
    client.upload(jpeg(seed=31), "photo.jpg")
    until(lambda: bool(webhooks.requests))
    first = webhooks.requests[0].headers["webhook-id"]
    until(lambda: [r.headers["webhook-id"] for r in webhooks.requests].count(first) == 2)
