"""The flow of everything that happens to images, on a running stack."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from chalicelib.aws.table_keys import unfinished_keys
from chalicelib.model.image import Status
from ops.local.names import IMAGES_BUCKET, IMAGES_TABLE, SWEEP, UPLOADS_BUCKET, WEBHOOK
from ops.local.runtime import tasks
from ops.local.runtime.change_log import Change, StoredState
from ops.local.runtime.s3_events import s3_event
from ops.local.runtime.schedule import call
from ops.local.storage.database import Database
from tests.e2e.client import ApiClient
from tests.pictures import encoded, jpeg, photo
from tests.policies.stages import WATERMARK
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until

COPIED = "copied/by another tool.jpg"


def event(key: str, number: int = 1) -> dict[str, Any]:
    """An S3 event for an object written long ago, or later with a large `number`."""
    return s3_event(Change(key, number, StoredState(key, "aa", 7, "v")))


class Flow:
    """The flow. Uploads by ticket are added to the calls, as the API's."""

    def __init__(self, stack: Stack, calls: Path) -> None:
        self._stack = stack
        self._calls = calls
        self._client = ApiClient(stack.api, stack.token("everyone"))
        self._s3 = stack.s3()

    def run(self) -> None:
        """The steps build on each other."""
        self._a_picture_that_cannot_be_processed()
        self._uploads_by_ticket()
        self._uploads_in_parts()
        self._copies_by_another_tool()
        self._processing_on_request()
        self._changing()
        self._redacting()
        self._private_images()
        self._searching()
        self._events_that_come_twice_or_too_late()
        self._erasing()
        self._sweeping()
        self._webhooks()
        until(self._is_idle)

    def _a_picture_that_cannot_be_processed(self) -> None:
        key = "poison/photo.jpg"
        self._s3.put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(seed=1))
        image_id = self._client.of_object(key)["id"]
        self._again(image_id)
        self._happened(image_id, "failed", 2)
        self._s3.put_object(Bucket=IMAGES_BUCKET, Key=WATERMARK, Body=encoded(photo(60, 30), "PNG"))
        self._again(image_id, focal_point={"x": 0.2, "y": 0.8})
        self._happened(image_id, "ready", 1)
        self._mark_as_earlier_versions_did(image_id)
        self._again(image_id)
        self._happened(image_id, "ready", 2)

    def _uploads_by_ticket(self) -> None:
        data = jpeg(seed=2)
        ticket = self._client.ticket(data)
        assert self._client.post(ticket, data).status_code == 204
        assert ticket["fields"]["x-amz-credential"].startswith(self._stack.access_key("api"))
        self._note_upload(ticket["fields"]["key"])
        assert self._client.finished(ticket["image_id"])["status"] == "ready"
        assert self._client.ticket(data)["duplicate_of"] == ticket["image_id"]
        query = {"filename": "b.jpg", "content_type": "image/jpeg"}
        ticket = self._client.get("/generate-upload-url", **query).json()
        sent = requests.put(
            ticket["upload_url"], data=jpeg(seed=3), headers=ticket["headers"], timeout=GENEROUS
        )
        assert sent.status_code == 200
        image = self._client.finished(ticket["image_id"])
        assert image["status"] == "ready"
        self._note_upload(image["original_file"])
        self._uploaded = image

    def _uploads_in_parts(self) -> None:
        data = jpeg(seed=5).ljust(9_000_000, b"\0")
        image_id = self._client.upload_in_parts(data)
        image = self._client.finished(image_id)
        assert (image["status"], image["bytes"]) == ("ready", len(data))
        aborted = self._client.ticket(data[1:], multipart=True)["parts_url"]
        address = aborted.removesuffix("/parts")
        ended = requests.delete(address, headers=self._client.headers, timeout=GENEROUS)
        assert ended.json()["status"] == "expired"

    def _copies_by_another_tool(self) -> None:
        source = {"Bucket": UPLOADS_BUCKET, "Key": self._uploaded["original_file"]}
        self._s3.copy_object(Bucket=UPLOADS_BUCKET, Key=COPIED, CopySource=source)
        image = self._client.of_object(COPIED)
        assert image["status"] == "ready"
        self._s3.put_object(Bucket=UPLOADS_BUCKET, Key=COPIED, Body=jpeg(seed=4))
        self._happened(image["id"], "ready", 2)
        assert self._client.get("/images", status="ready", limit=2).json()["next_cursor"]
        assert len(self._client.all_images()) == 6

    def _processing_on_request(self) -> None:
        responses = [self._process(COPIED), self._process("never/there.jpg")]
        assert [response.status_code for response in responses] == [200, 404]

    def _changing(self) -> None:
        image = self._client.of_object(COPIED)
        body = {"alt": {"en": "A door"}, "tags": ["red"], "focal_point": {"x": 0.1, "y": 0.1}}
        address = f"{self._client.api}/images/{image['id']}"
        headers = {**self._client.headers, "If-Match": "*"}
        response = requests.patch(address, json=body, headers=headers, timeout=GENEROUS)
        assert (response.status_code, response.json()["tags"]) == (200, ["red"])
        self._happened(image["id"], "ready", 4)

    def _searching(self) -> None:
        for query in ({"tag": "red"}, {"q": "another", "sort": "bytes"}):
            (found,) = self._client.get("/images", **query).json()["images"]
            assert found["original_file"] == COPIED

    def _redacting(self) -> None:
        image = self._client.of_object(COPIED)
        box = {"action": "redact", "x": 0.1, "y": 0.1, "width": 0.5, "height": 0.5}
        address = f"{self._client.api}/images/{image['id']}"
        options: Any = {"headers": self._client.headers, "timeout": GENEROUS}
        changed = requests.patch(address, json={"edits": [box]}, **options).json()
        assert (changed["status"], changed["renditions"]) == ("processing", [])
        self._happened(image["id"], "ready", 5)
        self._abandon_purge(image["id"])
        self._again(image["id"])
        self._happened(image["id"], "ready", 6)
        self._abandon_purge(image["id"])
        self._s3.put_object(Bucket=UPLOADS_BUCKET, Key=COPIED, Body=jpeg(seed=6))
        self._happened(image["id"], "ready", 7)

    def _abandon_purge(self, image_id: str) -> None:
        """Leave files that are to be erased, as a function that was killed long ago would have."""
        self._stack.client("dynamodb").update_item(
            TableName=IMAGES_TABLE,
            Key={"id": {"S": image_id}, "entry": {"S": "image"}},
            UpdateExpression="SET purge = :purge",
            ExpressionAttributeValues={
                ":purge": {"M": {"claimed_at": {"S": "2026-01-01T00:00:00Z"}}}
            },
        )

    def _private_images(self) -> None:
        image_id = self._client.of_object(COPIED)["id"]
        address = f"{self._client.api}/images/{image_id}"
        options: Any = {"headers": self._client.headers, "timeout": GENEROUS}
        changed = requests.patch(address, json={"visibility": "private"}, **options).json()
        assert (changed["visibility"], changed["pending_visibility"]) == ("private", None)
        shown = requests.get(changed["renditions"][0]["url"], timeout=GENEROUS)
        assert shown.status_code == 200
        address_of_shares = f"{address}/share"
        share = requests.post(address_of_shares, **options).json()
        assert requests.get(share["url"], timeout=GENEROUS).status_code == 200
        assert requests.get(address_of_shares, **options).json()["shares"]
        revoked = requests.delete(f"{address_of_shares}/{share['id']}", **options)
        assert revoked.json()["shares"] == []
        assert requests.get(f"{address}/original", **options).status_code == 200
        requests.patch(address, json={"visibility": "public"}, **options).raise_for_status()

    def _events_that_come_twice_or_too_late(self) -> None:
        lost = "lost/photo.jpg"
        given_up = {"requestPayload": event(lost), "responsePayload": {"errorType": "OutOfMemory"}}
        self._task("event", event(COPIED))
        self._task("record", given_up)
        image = self._client.of_object(lost)
        assert image["status"] == "failed"
        self._again(image["id"])
        self._happened(image["id"], "deleted", 1)
        self._a_rejected_image_fails()
        self._task("event", event("late/photo.jpg"))
        assert self._client.of_object("late/photo.jpg")["status"] == "deleted"

    def _a_rejected_image_fails(self) -> None:
        key = "rejected/photo.jpg"
        self._s3.put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=b"no image")
        image = self._client.of_object(key)
        assert image["status"] == "rejected"
        given_up = {"requestPayload": event(key, 2**62), "responsePayload": {"errorType": "Crash"}}
        self._task("record", given_up)
        self._happened(image["id"], "failed", 1)

    def _erasing(self) -> None:
        answer = requests.delete(
            f"{self._client.api}/images/{self._uploaded['id']}",
            headers=self._client.headers,
            timeout=GENEROUS,
        )
        assert answer.json()["verified"] is True
        image = self._client.of_object(COPIED)
        self._s3.delete_object(Bucket=UPLOADS_BUCKET, Key=COPIED)
        self._happened(image["id"], "deleted", 1)
        left = self._abandon_deletion(image["id"])
        self._s3.put_object(Bucket=UPLOADS_BUCKET, Key=COPIED, Body=jpeg(seed=5))
        until(lambda: self._client.of_object(COPIED)["status"] == "ready")
        assert not self._is_there(left)

    def _abandon_deletion(self, image_id: str) -> str:
        """Leave the tombstone, and a file, as a function that was killed long ago would have."""
        left = f"{image_id}/w/320-01234567.webp"
        self._s3.put_object(Bucket=IMAGES_BUCKET, Key=left, Body=b"x")
        self._stack.client("dynamodb").update_item(
            TableName=IMAGES_TABLE,
            Key={"id": {"S": image_id}, "entry": {"S": "image"}},
            UpdateExpression="SET updated_at = :long_ago REMOVE cleared_at",
            ExpressionAttributeValues={":long_ago": {"S": "2026-01-01T00:00:00.000000Z"}},
        )
        return left

    def _sweeping(self) -> None:
        whole, forgotten = self._ready()[:2]
        lost = whole["processed_files"][0]
        self._s3.delete_object(Bucket=IMAGES_BUCKET, Key=lost)
        record = {"id": {"S": forgotten["id"]}, "entry": {"S": "image"}}
        self._stack.client("dynamodb").delete_item(TableName=IMAGES_TABLE, Key=record)

        def found() -> bool:
            self._with_tasks(lambda database: call(database, SWEEP))
            ready = [image["id"] for image in self._ready()]
            return forgotten["id"] in ready and self._is_there(lost)

        until(found)
        moved = self._interrupt_move(whole["id"])

        def is_public() -> bool:
            self._with_tasks(lambda database: call(database, SWEEP))
            return self._client.image(moved)["visibility"] == "public"

        until(is_public)
        self._client.ticket(b"never sent", multipart=True)

        def is_aborted() -> bool:
            self._with_tasks(lambda database: call(database, SWEEP))
            return "Uploads" not in self._s3.list_multipart_uploads(Bucket=UPLOADS_BUCKET)

        until(is_aborted)

    def _interrupt_move(self, image_id: str) -> str:
        """Make an image private, and have it wait to become public again."""
        address = f"{self._client.api}/images/{image_id}"
        options: Any = {"headers": self._client.headers, "timeout": GENEROUS}
        changed = requests.patch(address, json={"visibility": "private"}, **options).json()
        assert changed["pending_visibility"] is None
        self._stack.client("dynamodb").update_item(
            TableName=IMAGES_TABLE,
            Key={"id": {"S": image_id}, "entry": {"S": "image"}},
            UpdateExpression="SET moving_to = :public, unfinished = :unfinished",
            ExpressionAttributeValues={
                ":public": {"S": "public"},
                ":unfinished": {"S": unfinished_keys(Status.READY)[0]},
            },
        )
        return image_id

    def _ready(self) -> list[dict[str, Any]]:
        return [image for image in self._client.all_images() if image["status"] == "ready"]

    def _is_there(self, rendition: str) -> bool:
        listed = self._s3.list_objects_v2(Bucket=IMAGES_BUCKET, Prefix=rendition)
        return bool(listed.get("Contents"))

    def _process(self, key: str) -> requests.Response:
        body = {"bucket": UPLOADS_BUCKET, "key": key, "focal_point": {"x": 0.5, "y": 0.1}}
        address = f"{self._client.api}/images"
        return requests.post(address, json=body, headers=self._client.headers, timeout=GENEROUS)

    def _again(self, image_id: str, **body: Any) -> None:
        address = f"{self._client.api}/images/{image_id}/reprocess"
        headers = self._client.headers
        response = requests.post(address, json=body or None, headers=headers, timeout=GENEROUS)
        assert response.status_code == 202

    def _mark_as_earlier_versions_did(self, image_id: str) -> None:
        """Add a checksum of content that was replaced long ago."""
        self._stack.client("dynamodb").update_item(
            TableName=IMAGES_TABLE,
            Key={"id": {"S": image_id}, "entry": {"S": "image"}},
            UpdateExpression="SET marked = list_append(marked, :outdated)",
            ExpressionAttributeValues={":outdated": {"L": [{"S": "ab" * 32}]}},
        )

    def _happened(self, image_id: str, event: str, times: int) -> None:
        def happened() -> bool:
            events = [line["event"] for line in self._client.image(image_id)["history"]]
            return events.count(event) >= times

        until(happened)

    def _task(self, kind: str, payload: object) -> None:
        def add(database: Database) -> None:
            with database.change() as connection:
                tasks.add(connection, kind, "process_upload", payload)

        self._with_tasks(add)

    def _webhooks(self) -> None:
        def found() -> bool:
            calls = [json.loads(line) for line in self._calls.read_text().splitlines()]
            mine = {call["operation"] for call in calls if call["function"] == WEBHOOK}
            return {"GetParameter", "ChangeMessageVisibility"} <= mine

        until(found)

    def _is_idle(self) -> bool:
        return self._with_tasks(lambda database: not database.query("SELECT 1 FROM tasks LIMIT 1"))

    def _with_tasks(self, do: Callable[[Database], Any]) -> Any:
        database = Database(self._stack.data / "events.sqlite")
        try:
            return do(database)
        finally:
            database.close()

    def _note_upload(self, key: str) -> None:
        call = {
            "function": "api_handler",
            "service": "s3",
            "operation": "PutObject",
            "resource": {"Bucket": UPLOADS_BUCKET, "Key": key},
            "status": 200,
        }
        with self._calls.open("a") as stream:
            stream.write(json.dumps(call) + "\n")
