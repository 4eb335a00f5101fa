"""The flow of everything that happens to images, each function under its own role's credentials."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse
from msgspec.structs import replace

from chalicelib.aws import clients
from chalicelib.aws.event_bus import EventBridge
from chalicelib.aws.objects import S3Objects
from chalicelib.errors import SettingsError, TransientError
from chalicelib.model.image import Visibility
from chalicelib.model.keys import derived_image_id
from chalicelib.wiring import utc_now
from ops.local.names import SWEEP
from ops.local.runtime.context import LambdaContext
from ops.local.runtime.polling import sqs_event
from ops.local.runtime.schedule import schedule_event
from tests.pictures import encoded, jpeg, photo
from tests.policies.account import ORIGINAL, Account
from tests.policies.stages import ENFORCED, WATERMARK
from tests.webhooks.conftest import envelope
from tests.webhooks.receivers import running_receiver

UPLOADS, IMAGES = ENFORCED.uploads_bucket, ENFORCED.images_bucket
WITHOUT_EVENT = "copied/without-event.jpg"


class Flow:
    """The flow; the functions' calls are recorded into a file."""

    def __init__(self, account: Account, record: Path) -> None:
        self._account = account
        self._record = record
        self._sequence = 0

    def run(self) -> None:
        """The steps build on each other."""
        self._send_an_unknown_token()
        ticket = self._upload_by_ticket()
        self._fail_for_a_missing_watermark(ticket["fields"]["key"])
        self._process_again(ticket["image_id"])
        self._use_a_ticket_twice()
        self._copy_and_overwrite()
        self._show_and_list(ticket["image_id"])
        self._change_visibility(ticket["image_id"])
        self._share(ticket["image_id"])
        self._lose_and_find(ticket["image_id"])
        self._erase(ticket["image_id"])
        self._finish_what_was_interrupted()
        self._send_webhooks()

    def _send_an_unknown_token(self) -> None:
        event = {
            "type": "TOKEN",
            "authorizationToken": f"Bearer dr_{16 * 'a'}_{64 * 'b'}",
            "methodArn": "arn:aws:execute-api:us-east-1:123456789012:api/api/GET/images",
        }
        with self._as("authorize") as app:
            assert app.authorize(event, None)["context"] == {}

    def _upload_by_ticket(self) -> dict[str, Any]:
        data = jpeg(seed=1)
        # The announced size differs from the actual one, which is counted when it is known.
        upload = {"filename": "a.jpg", "content_type": "image/jpeg", "size": len(data) + 1}
        with self._api() as api:
            ticket = dict(post(api, "/uploads", upload).json_body)
            query = "filename=b.jpg&content_type=image/jpeg"
            assert api.http.get(f"/generate-upload-url?{query}").status_code == 200
            # moto does not support presigned requests: the PUT is signed like other calls.
            clients.s3().put_object(Bucket=UPLOADS, Key=ticket["fields"]["key"], Body=data)
        return ticket

    def _fail_for_a_missing_watermark(self, key: str) -> None:
        event = self._event(key)
        with self._as("process_upload") as app, pytest.raises(SettingsError):
            app.process_upload(event, None)
        failure = {"requestPayload": event, "responsePayload": {"errorType": "SettingsError"}}
        self._send_as_lambda("process_upload", failure)
        message = self._take_as_lambda("record_failure", ENFORCED.failures_queue)
        with self._as("record_failure") as app:
            app.record_failure(message, None)
        mark = encoded(photo(60, 30), "PNG")
        self._administrators_s3.put_object(Bucket=IMAGES, Key=WATERMARK, Body=mark)

    def _process_again(self, image_id: str) -> None:
        point = {"focal_point": {"x": 0.2, "y": 0.8}}
        with self._api() as api:
            assert post(api, f"/images/{image_id}/reprocess", point).status_code == 202
        message = self._take_as_lambda("process_again", ENFORCED.work_queue)
        with self._as("process_again") as app:
            app.process_again(message, None)
        assert self._status(image_id) == "ready"

    def _use_a_ticket_twice(self) -> None:
        upload = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1_000_000}
        with self._api() as api:
            ticket = dict(post(api, "/uploads", upload).json_body)
        image_id, key = ticket["image_id"], ticket["fields"]["key"]
        accepted, second = self._put_versions(key, 6, 7)
        with self._as("process_upload") as app:
            app.process_upload(self._event(key, versionId=accepted), None)
            app.process_upload(self._event(key, versionId=second), None)
        self._put_versions(key, 8)
        with self._api() as api:
            assert post(api, f"/images/{image_id}/reprocess", {}).status_code == 202
        message = self._take_as_lambda("process_again", ENFORCED.work_queue)
        with self._as("process_again") as app:
            app.process_again(message, None)
        self._put_versions(key, 9)
        with self._api() as api:
            assert post(api, "/images", {"bucket": UPLOADS, "key": key}).status_code == 200
        assert self._status(image_id) == "ready"
        (left,) = self._administrators_s3.list_object_versions(Bucket=UPLOADS, Prefix=key)[
            "Versions"
        ]
        assert left["VersionId"] == accepted
        with self._api() as api:
            assert api.http.delete(f"/images/{image_id}").json_body["verified"]

    def _put_versions(self, key: str, *seeds: int) -> list[str]:
        s3 = self._administrators_s3
        return [
            s3.put_object(Bucket=UPLOADS, Key=key, Body=jpeg(seed=seed))["VersionId"]
            for seed in seeds
        ]

    def _copy_and_overwrite(self) -> None:
        for seed in (2, 3):
            self._administrators_s3.put_object(Bucket=UPLOADS, Key=ORIGINAL, Body=jpeg(seed=seed))
            event = self._event(ORIGINAL)
            with self._as("process_upload") as app:
                app.process_upload(event, None)
                app.process_upload(event, None)
        with self._as("process_upload") as app:
            app.process_upload(self._event("never/there.jpg"), None)

    def _show_and_list(self, image_id: str) -> None:
        with self._api() as api:
            shown = api.http.get(f"/images/{image_id}").json_body
            announced = {"filename": "c.jpg", "content_type": "image/jpeg", "size": shown["bytes"]}
            duplicate = post(api, "/uploads", announced | {"sha256": shown["sha256"]})
            assert duplicate.json_body["duplicate_of"] == image_id
            ready = api.http.get("/images?status=ready&limit=1").json_body
            assert ready["next_cursor"]
            copied = {"bucket": UPLOADS, "key": ORIGINAL}
            assert post(api, "/images", copied).json_body["status"] == "ready"
            assert post(api, "/images", copied | {"key": "no"}).status_code == 404

    def _change_visibility(self, image_id: str) -> None:
        """Within a call, by a worker after S3 was away, and back."""
        stray = f"{image_id}/0123456789abcdef/1080p.webp"
        size = f"{image_id}/w/320-0123abcd.webp"
        with self._api() as api, copies_away():
            assert patch(api, image_id, "private")["pending_visibility"] == "private"
        message = self._take_as_lambda("process_again", ENFORCED.work_queue)
        with self._as("process_again") as app:
            app.process_again(message, None)
        # What a worker does that has rendered for the public image meanwhile:
        for function in ("process_upload", "process_again"):
            for key in (stray, size):
                self._administrators_s3.put_object(Bucket=IMAGES, Key=key, Body=b"x")
            with self._as(function) as app:
                app.wiring.mover.check_place(image_id, Visibility.PUBLIC)
        assert not self._administrators_s3.list_objects_v2(Bucket=IMAGES, Prefix=stray)["KeyCount"]
        with self._api() as api:
            assert "Signature=" in api.http.get(f"/images/{image_id}").json_body["markup"]
            assert patch(api, image_id, "public")["visibility"] == "public"
        self._administrators_s3.put_object(Bucket=IMAGES, Key=f"private/{size}", Body=b"x")
        self._administrators_s3.delete_object(Bucket=IMAGES, Key=f"{image_id}/i/1080p.webp")
        for days in (8, 12):  # looks once more where the files were, and publishes again
            self._sweep(days=days)

    def _share(self, image_id: str) -> None:
        with self._api() as api:
            share = post(api, f"/images/{image_id}/share", {}).json_body
            assert api.http.get(f"/images/{image_id}/share").json_body["shares"]
            link = share["url"].partition("/api")[2]
            assert api.http.get(link).status_code == 303
            address = f"/images/{image_id}/share/{share['id']}"
            assert api.http.delete(address).json_body["shares"] == []
            assert api.http.get(f"/images/{image_id}/original").status_code == 303

    def _lose_and_find(self, image_id: str) -> None:
        with self._api() as api:
            shown = api.http.get(f"/images/{image_id}").json_body
        lost = shown["renditions"][0]["key"]
        self._administrators_s3.delete_object(Bucket=IMAGES, Key=lost)
        self._administrators_s3.put_object(Bucket=UPLOADS, Key=WITHOUT_EVENT, Body=jpeg(seed=5))
        self._sweep(days=16)  # nothing that the sweep before has written is still in progress
        for _ in range(2):
            message = self._take_as_lambda("process_again", ENFORCED.work_queue)
            with self._as("process_again") as app:
                app.process_again(message, None)
        assert self._administrators_s3.head_object(Bucket=IMAGES, Key=lost)
        assert self._status(derived_image_id(UPLOADS, WITHOUT_EVENT)) == "ready"

    def _erase(self, image_id: str) -> None:
        with self._api() as api:
            receipt = api.http.delete(f"/images/{image_id}").json_body
            assert receipt["verified"]
            assert receipt["invalidation"]

    def _finish_what_was_interrupted(self) -> None:
        for key in (ORIGINAL, WITHOUT_EVENT):
            with self._api() as api, s3_away(), bus_away():
                erased = api.http.delete(f"/images/{derived_image_id(UPLOADS, key)}")
                assert erased.status_code == 503
        self._administrators_s3.delete_object(Bucket=UPLOADS, Key=ORIGINAL)
        with self._as("process_removal") as app:
            app.process_removal(self._event(ORIGINAL), None)
        self._send_as_lambda("process_removal", {"requestPayload": {"Records": []}})
        self._sweep(days=24)
        # The delete marker is newer than the deletion request, so it stays in the bucket.
        assert not self._administrators_s3.list_object_versions(Bucket=UPLOADS).get("Versions")

    def _send_webhooks(self) -> None:
        self._administrators_sqs.send_message(
            QueueUrl=self._address(ENFORCED.webhooks_queue), MessageBody=json.dumps(envelope())
        )
        message = self._take_as_lambda("send_webhook", ENFORCED.webhooks_queue, delete=False)
        with running_receiver() as receiver, self._as("send_webhook") as app:
            app.wiring.settings = replace(app.wiring.settings, webhook_url=receiver.url)
            receiver.statuses = [503, 200]
            with pytest.raises(TransientError):
                app.send_webhook(message, None)
            app.send_webhook(message, None)

    def _sweep(self, days: int = 8) -> None:
        with self._as("sweep") as app:
            app.wiring.clock = lambda: (
                utc_now() + timedelta(days=days)
            )  # nothing is still in progress
            app.sweep(schedule_event(SWEEP), LambdaContext(SWEEP, "request-1"))

    @contextmanager
    def _as(self, function: str) -> Iterator[ModuleType]:
        with self._account.running_as(function, self._record) as app:
            yield app

    @contextmanager
    def _api(self) -> Iterator[Client]:
        with self._as("api_handler") as app, Client(app.app, stage_name="none") as client:
            yield client

    def _status(self, image_id: str) -> str:
        with self._api() as api:
            return str(api.http.get(f"/images/{image_id}").json_body["status"])

    def _event(self, key: str, **more: str) -> dict[str, Any]:
        self._sequence += 1
        described = {"key": key, "sequencer": f"{self._sequence:018X}", **more}
        return {"Records": [{"s3": {"bucket": {"name": UPLOADS}, "object": described}}]}

    def _send_as_lambda(self, function: str, record: object) -> None:
        sqs = self._account.client("sqs", function)
        sqs.send_message(
            QueueUrl=self._address(ENFORCED.failures_queue), MessageBody=json.dumps(record)
        )

    def _take_as_lambda(self, function: str, queue: str, *, delete: bool = True) -> dict[str, Any]:
        sqs, address = self._account.client("sqs", function), self._address(queue)
        sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])
        (message,) = sqs.receive_message(QueueUrl=address, MessageSystemAttributeNames=["All"])[
            "Messages"
        ]
        if delete:
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
        return sqs_event(queue, message)

    def _address(self, queue: str) -> str:
        return str(self._account.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])

    @property
    def _administrators_sqs(self) -> Any:
        return self._account.client("sqs")

    @property
    def _administrators_s3(self) -> Any:
        return self._account.client("s3")


@contextmanager
def s3_away() -> Iterator[None]:
    """Make listings of S3 fail, as if it were unreachable."""

    def list_keys(*_: object) -> Iterator[str]:
        raise TransientError("S3 cannot be reached right now.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(S3Objects, "list_keys", list_keys)
        yield


@contextmanager
def copies_away() -> Iterator[None]:
    """Make copying within S3 fail, as if it were unreachable."""

    def copy(*_: object, **__: object) -> None:
        raise TransientError("S3 cannot be reached right now.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(S3Objects, "copy", copy)
        yield


@contextmanager
def bus_away() -> Iterator[None]:
    """Make publishing fail, as if the bus were unreachable."""

    def publish(*_: object) -> None:
        raise TransientError("EventBridge cannot be reached right now.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventBridge, "publish", publish)
        yield


def patch(api: Client, image_id: str, visibility: str) -> dict[str, Any]:
    """The image after changing its visibility."""
    body = json.dumps({"visibility": visibility}).encode()
    headers = {"Content-Type": "application/json"}
    return dict(api.http.patch(f"/images/{image_id}", body=body, headers=headers).json_body)


def post(api: Client, path: str, body: object) -> HTTPResponse:
    raw = json.dumps(body).encode()
    return api.http.post(path, body=raw, headers={"Content-Type": "application/json"})
