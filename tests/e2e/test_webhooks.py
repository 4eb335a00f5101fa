"""What a receiver is told while images go their way through the whole stack."""

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


def told(stack: Stack, webhooks: Receiver, image_id: str) -> dict[str, Any]:
    """What the receiver was told of an image, by type; each signature is checked."""
    webhook = Webhook((stack.data / "webhook-secret").read_text())
    found = [read(webhook, request) for request in list(webhooks.requests)]
    return {one["type"]: one["data"] for one in found if one["data"]["id"] == image_id}


def read(webhook: Webhook, request: Request) -> Any:
    """What was sent, rightly signed for its own time: that of others is long ago by now."""
    at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    signature = webhook.sign(request.headers["webhook-id"], at, request.body.decode())
    assert signature in request.headers["webhook-signature"].split()
    return json.loads(request.body)


def test_a_receiver_is_told_of_an_image_from_its_readiness_to_its_end(
    stack: Stack, client: ApiClient, webhooks: Receiver
) -> None:
    image_id = client.upload(jpeg(seed=30), "told.jpg")
    ready = client.finished(image_id)
    until(lambda: "image.ready" in told(stack, webhooks, image_id))
    event = told(stack, webhooks, image_id)["image.ready"]
    assert event["renditions"] == ready["renditions"]
    assert requests.get(event["renditions"][0]["url"], timeout=GENEROUS).status_code == 200
    requests.delete(f"{client.api}/images/{image_id}", timeout=GENEROUS)
    until(lambda: "image.deleted" in told(stack, webhooks, image_id))
    gone = told(stack, webhooks, image_id)["image.deleted"]
    assert gone["revision"] > event["revision"]


def test_a_receiver_is_told_why_an_image_was_rejected(
    stack: Stack, client: ApiClient, webhooks: Receiver
) -> None:
    image_id = client.upload(b"no picture at all", "told.jpg")
    until(lambda: "image.rejected" in told(stack, webhooks, image_id))
    assert told(stack, webhooks, image_id)["image.rejected"]["reason"] == "not_an_image"


def test_what_a_receiver_refused_comes_again(client: ApiClient, webhooks: Receiver) -> None:
    # It has refused the first of all that came, whatever test it was of.
    client.upload(jpeg(seed=31), "told.jpg")
    until(lambda: bool(webhooks.requests))
    first = webhooks.requests[0].headers["webhook-id"]
    until(lambda: [r.headers["webhook-id"] for r in webhooks.requests].count(first) == 2)
