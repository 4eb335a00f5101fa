"""Uploads in parts, through the routes: the way that clients take, and what is refused."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse
from msgspec.structs import replace

from chalicelib.model.image import Image, ObjectVersion, Status
from chalicelib.model.parts import MEBIBYTE
from chalicelib.wiring import Wiring
from tests.builders import NOON
from tests.fakes.multipart import MemoryMultipart
from tests.fakes.objects import MemoryObjects
from tests.pictures import jpeg

PART = 8 * MEBIBYTE
# A JPEG is what ends with its end-of-image marker: bytes behind it are not the picture's.
FILE = jpeg().ljust(2 * PART + 5, b"\0")
PARTS = [FILE[:PART], FILE[PART : 2 * PART], FILE[2 * PART :]]
ORDER = {"filename": "a.jpg", "content_type": "image/jpeg", "size": len(FILE), "multipart": True}
OTHER = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


CHECKSUMS = [sha256(part) for part in PARTS]


class Uploader:
    """A client of the routes, and the store that its parts arrive in."""

    def __init__(self, client: Client, wiring: Wiring) -> None:
        self._client = client
        self.wiring = wiring
        self.store = wiring.multipart_store
        assert isinstance(self.store, MemoryMultipart)
        self.now = NOON
        wiring.settings = replace(wiring.settings, max_upload_bytes=20_000_000)
        wiring.clock = lambda: self.now
        assert isinstance(wiring.objects, MemoryObjects)
        wiring.objects.clock = wiring.clock

    def request(self, method: str, path: str, body: object = None) -> HTTPResponse:
        raw = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if raw else {}
        return self._client.http.request(method, path, headers=headers, body=raw)

    def begin(self, **changes: object) -> str:
        answer = self.request("POST", "/uploads", ORDER | changes)
        assert answer.status_code == 201
        return str(answer.json_body["image_id"])

    def image(self, image_id: str) -> Image:
        found = self.wiring.images.get(image_id)
        assert found is not None
        return found

    def send(self, image_id: str, *parts: int) -> None:
        """Send these parts, as a PUT to their URLs does."""
        image = self.image(image_id)
        assert isinstance(self.store, MemoryMultipart)
        for number in parts or (1, 2, 3):
            data = PARTS[number - 1]
            self.store.receive(image.original_file, image.ticket.upload_id, number, data)

    def sign(self, image_id: str, *numbers: int) -> HTTPResponse:
        parts = [{"number": number, "sha256": CHECKSUMS[0]} for number in numbers]
        return self.request("POST", f"/uploads/{image_id}/parts", {"parts": parts})

    def complete(self, image_id: str, checksums: list[str] = CHECKSUMS) -> HTTPResponse:
        return self.request("POST", f"/uploads/{image_id}/complete", {"parts": checksums})

    def process(self, image_id: str) -> Image:
        image = self.image(image_id)
        version = ObjectVersion(bucket=image.bucket, key=image.original_file, sequencer="A1")
        done = self.wiring.processor.process(version)
        assert done is not None
        return done


@pytest.fixture
def uploader(application: ModuleType) -> Iterator[Uploader]:
    with Client(application.app, stage_name="none") as client:
        yield Uploader(client, application.wiring)


def detail(answer: HTTPResponse, status: int) -> str:
    assert answer.status_code == status
    return str(answer.json_body["detail"])


def test_a_file_in_parts_becomes_an_image(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    answer = uploader.complete(image_id)
    assert (answer.status_code, answer.json_body["image_id"]) == (200, image_id)
    done = uploader.process(image_id)
    assert (done.status, done.sha256) == (Status.READY, sha256(FILE))
    assert done.ticket.upload_id == ""


def test_a_ticket_says_how_the_file_is_divided(uploader: Uploader) -> None:
    ticket: Any = uploader.request("POST", "/uploads", ORDER).json_body
    assert (ticket["method"], ticket["part_bytes"], ticket["part_count"]) == ("MULTIPART", PART, 3)
    assert ticket["parts_url"].endswith(f"/uploads/{ticket['image_id']}/parts")
    assert ticket["expires_at"] == "2026-05-02T12:00:00Z"


def test_a_file_that_is_ready_already_needs_no_parts(uploader: Uploader) -> None:
    image_id = uploader.begin(sha256=sha256(FILE))
    uploader.send(image_id)
    uploader.complete(image_id)
    uploader.process(image_id)
    again = uploader.request("POST", "/uploads", ORDER | {"sha256": sha256(FILE)})
    assert (again.status_code, again.json_body["duplicate_of"]) == (200, image_id)


def test_each_part_is_signed_with_its_own_length(uploader: Uploader) -> None:
    answer: Any = uploader.sign(uploader.begin(), 3, 1).json_body
    lengths = [(part["number"], part["headers"]["Content-Length"]) for part in answer["parts"]]
    assert lengths == [(3, "5"), (1, str(PART))]


def test_arrived_parts_are_listed(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id, 3, 1)
    shown: Any = uploader.request("GET", f"/uploads/{image_id}/parts").json_body
    assert [(part["number"], part["bytes"]) for part in shown["parts"]] == [(1, PART), (3, 5)]
    assert (shown["status"], shown["part_count"], shown["size"]) == ("pending", 3, len(FILE))


def test_a_part_that_does_not_exist_is_not_signed(uploader: Uploader) -> None:
    answer = uploader.sign(uploader.begin(), 1, 4)
    assert detail(answer, 404) == "This upload has 3 parts, and no part 4."


def test_the_ten_thousand_and_first_part_is_not_signed(uploader: Uploader) -> None:
    assert uploader.sign(uploader.begin(), 10_001).status_code == 422


def test_at_most_a_hundred_parts_are_signed_at_once(uploader: Uploader) -> None:
    assert uploader.sign(uploader.begin(), *range(1, 102)).status_code == 422


def test_missing_parts_are_named(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id, 2)
    assert "are not as announced: 1, 3." in detail(uploader.complete(image_id), 409)
    assert uploader.image(image_id).status is Status.PENDING


def test_parts_in_another_order_are_not_put_together(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    swapped = [CHECKSUMS[1], CHECKSUMS[0], CHECKSUMS[2]]
    assert "1, 2" in detail(uploader.complete(image_id, swapped), 409)


@pytest.mark.parametrize("count", [2, 4])
def test_another_number_of_parts_is_not_put_together(uploader: Uploader, count: int) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    answer = uploader.complete(image_id, [CHECKSUMS[0]] * count)
    assert detail(answer, 409) == f"3 parts were announced, not {count}."


def test_ten_thousand_checksums_are_too_large_a_body(uploader: Uploader) -> None:
    answer = uploader.complete(uploader.begin(), CHECKSUMS[:1] * 10_000)
    assert answer.status_code == 413


def test_a_part_of_another_length_is_not_put_together(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    image = uploader.image(image_id)
    assert isinstance(uploader.store, MemoryMultipart)
    uploader.store.receive(image.original_file, image.ticket.upload_id, 3, b"more bytes")
    assert detail(uploader.complete(image_id), 409).endswith(": 3.")


def test_a_lost_response_may_be_asked_for_again(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    uploader.complete(image_id)
    assert uploader.complete(image_id).status_code == 200
    uploader.process(image_id)
    assert uploader.complete(image_id).json_body["status"] == "ready"


def test_an_upload_shows_no_parts_once_they_are_put_together(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    uploader.complete(image_id)
    shown: Any = uploader.request("GET", f"/uploads/{image_id}/parts").json_body
    assert (shown["complete"], shown["parts"]) == (True, [])


def test_an_aborted_upload_is_over(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    answer = uploader.request("DELETE", f"/uploads/{image_id}")
    assert (answer.status_code, answer.json_body["status"]) == (200, "expired")
    assert uploader.complete(image_id).status_code == 409
    assert uploader.sign(image_id, 1).status_code == 409
    assert uploader.request("DELETE", f"/uploads/{image_id}").status_code == 200


def test_a_complete_upload_is_not_aborted(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    uploader.complete(image_id)
    uploader.process(image_id)
    assert uploader.request("DELETE", f"/uploads/{image_id}").json_body["status"] == "ready"
    assert uploader.image(image_id).status is Status.READY


def test_no_part_is_signed_after_the_ticket_has_expired(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.now += timedelta(days=1, seconds=1)
    assert "has ended" in detail(uploader.sign(image_id, 1), 409)


def test_deleting_an_image_deletes_its_parts(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    assert uploader.request("DELETE", f"/images/{image_id}").status_code == 200
    assert isinstance(uploader.store, MemoryMultipart)
    assert uploader.store.begun == {}


def test_an_upload_that_is_none_in_parts_is_not_found(uploader: Uploader) -> None:
    image_id = uploader.begin(multipart=False)
    for method, path in (("GET", "parts"), ("DELETE", "")):
        answer = uploader.request(method, f"/uploads/{image_id}/{path}".rstrip("/"))
        assert answer.status_code == 404


def test_an_unknown_upload_is_not_found(uploader: Uploader) -> None:
    assert uploader.sign(OTHER, 1).status_code == 404
    assert uploader.complete(OTHER).status_code == 404


def test_a_file_over_the_limit_gets_no_ticket(uploader: Uploader) -> None:
    size = uploader.wiring.settings.max_upload_bytes + 1
    assert uploader.request("POST", "/uploads", ORDER | {"size": size}).status_code == 413


def test_a_file_whose_parts_changed_in_the_store_is_rejected(uploader: Uploader) -> None:
    image_id = uploader.begin()
    uploader.send(image_id)
    uploader.complete(image_id)
    image = uploader.image(image_id)
    damaged = FILE[:-1] + b"\1"
    uploader.wiring.objects.write(
        image.bucket, image.original_file, damaged, content_type="", cache_control=""
    )
    done = uploader.process(image_id)
    assert (done.status, done.reason) == (Status.REJECTED, "checksum_mismatch")


def test_the_sweep_aborts_what_nobody_continues(uploader: Uploader) -> None:
    abandoned = uploader.begin()
    uploader.send(abandoned, 1)
    uploader.now += timedelta(hours=23)
    continued = uploader.begin()
    uploader.send(continued, 1)
    uploader.now += timedelta(hours=1, minutes=16)
    report = uploader.wiring.sweeper.run(lambda: 60.0)
    assert (report.abandoned_uploads, report.expired) == (1, 1)
    assert uploader.image(abandoned).status is Status.EXPIRED
    uploader.send(continued, 2, 3)
    assert uploader.complete(continued).status_code == 200


def test_the_sweep_leaves_other_tools_a_day_whatever_the_setting(uploader: Uploader) -> None:
    settings = uploader.wiring.settings
    uploader.wiring.settings = replace(settings, multipart_expiry_seconds=300)
    foreign = uploader.store.begin("copied/large.tif", "image/tiff")
    own = uploader.image(uploader.begin())
    uploader.now += timedelta(hours=1)
    assert uploader.wiring.sweeper.run(lambda: 60.0).abandoned_uploads == 1
    unfinished = [upload.upload_id for upload in uploader.store.unfinished()]
    assert (unfinished, own.ticket.upload_id in unfinished) == ([foreign], False)
    uploader.now += timedelta(hours=24)
    assert uploader.wiring.sweeper.run(lambda: 60.0).abandoned_uploads == 1
