"""The whole pipeline, on the servers that `make run` starts."""

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from PIL import Image
from werkzeug.http import parse_options_header

from ops.local.names import IMAGES_BUCKET
from tests.addresses import PRIVATE
from tests.builders import ULID
from tests.e2e.client import ApiClient
from tests.e2e.photographs import (
    camera_file,
    endless_gif,
    huge_png,
    marked,
    photograph,
    resized,
    unique,
)
from tests.e2e.photographs import twelve_megapixels as twelve
from tests.photographs import photographs
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until

KEYS = [
    "copied/by another tool.jpg",
    "copied/1+1=2 & more%20.jpg",
    "copied/Zürich/日本/🙂.jpg",
    "copied/" + "/".join(["x" * 200] * 5) + "/123456.jpg",
]


def picture(address: str) -> Image.Image:
    answer = requests.get(address, timeout=GENEROUS)
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content))


def rendition(image: dict[str, Any], variant: str) -> dict[str, Any]:
    return next(dict(r) for r in image["renditions"] if r["variant"] == variant)


@pytest.fixture(scope="module")
def original() -> bytes:
    """A 12 megapixel photograph."""
    return twelve()


@pytest.fixture(scope="module")
def ready(client: ApiClient, original: bytes) -> dict[str, Any]:
    """The image of `original`, uploaded through a ticket and processed."""
    return client.finished(client.upload(original, "Dragonfly.jpg"))


def test_a_photograph_becomes_ready(ready: dict[str, Any]) -> None:
    assert (ready["status"], ready["width"], ready["height"]) == ("ready", 4000, 3000)


def test_the_history_has_every_step(ready: dict[str, Any]) -> None:
    events = [line["event"] for line in ready["history"]]
    assert events[0] == "ticket"
    assert events[-1] == "ready"
    assert "processing" in events


@pytest.mark.parametrize(
    ("variant", "size"),
    [
        ("1080p", (1920, 1440)),
        ("720p", (1280, 960)),
        ("mobile", (640, 480)),
        ("thumbnail", (200, 200)),
    ],
)
def test_every_variant_is_served_as_webp_of_its_size(
    ready: dict[str, Any], variant: str, size: tuple[int, int]
) -> None:
    with picture(rendition(ready, variant)["url"]) as served:
        assert (served.format, served.size) == ("WEBP", size)


@pytest.mark.parametrize(
    ("url", "caching"),
    [
        ("immutable_url", "public, max-age=31536000, immutable"),
        ("url", "public, max-age=300"),
    ],
)
def test_a_rendition_is_cached_for_good_and_a_stable_url_for_minutes(
    ready: dict[str, Any], url: str, caching: str
) -> None:
    answer = requests.get(rendition(ready, "1080p")[url], timeout=GENEROUS)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == caching


def test_a_rendition_is_saved_under_its_users_file_name(ready: dict[str, Any]) -> None:
    answer = requests.get(rendition(ready, "1080p")["url"], timeout=GENEROUS)
    assert parse_options_header(answer.headers["Content-Disposition"]) == (
        "inline",
        {"filename": "Dragonfly-1080p.webp"},
    )


def test_a_renditions_bytes_are_those_of_its_key(ready: dict[str, Any]) -> None:
    for shown in ready["renditions"]:
        served = requests.get(shown["immutable_url"], timeout=GENEROUS).content
        digest = hashlib.sha256(served).hexdigest()[:16]
        assert shown["key"] == f"{ready['id']}/{digest}/{shown['variant']}.webp"
        assert shown["bytes"] == len(served)


def test_the_manifest_is_stored_beside_the_renditions(ready: dict[str, Any], stack: Stack) -> None:
    stored = stack.s3().get_object(Bucket=IMAGES_BUCKET, Key=f"{ready['id']}/manifest.json")
    manifest = json.load(stored["Body"])
    del manifest["ledger"]
    assert manifest == ready | {"og_image": None}  # only the API has the key that signs its URL


@pytest.mark.parametrize("path", PRIVATE)
def test_the_site_serves_no_manifest_or_watermark(
    ready: dict[str, Any], stack: Stack, path: str
) -> None:
    stack.s3().put_object(Bucket=IMAGES_BUCKET, Key="watermarks/logo.png", Body=b"logo")
    own = path.replace(ULID, ready["id"]).replace(ULID[1:], ready["id"][1:])
    assert status_of(stack.site, own) == 404


@pytest.mark.parametrize(
    "name", ["manifest.json", "/manifest.json", "0" * 16 + "/../manifest.json"]
)
def test_the_local_cdn_has_no_permission_to_read_manifests(
    ready: dict[str, Any], stack: Stack, name: str
) -> None:
    with pytest.raises(ClientError) as raised:
        stack.s3("cdn").get_object(Bucket=IMAGES_BUCKET, Key=f"{ready['id']}/{name}")
    assert raised.value.response["Error"]["Code"] in ("AccessDenied", "InvalidRequest")


def status_of(site: str, path: str) -> int:
    """The status of a GET request for exactly `path`, which clients would normalize."""
    connection = HTTPConnection(site.removeprefix("http://"), timeout=GENEROUS)
    try:
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", site.removeprefix("http://"))
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    "key",
    ["http://169.254.169.254/latest/", "//evil.example/a", "..", "a/../b", "a\0b", "🙂" * 1024],
)
def test_a_key_that_no_object_can_have_is_not_found(client: ApiClient, key: str) -> None:
    body = {"bucket": "darkroom-uploads", "key": key}
    answer = requests.post(f"{client.api}/images", json=body, timeout=GENEROUS)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("part", "other"), [("/", "//"), ("/", "\\"), ("uploads", "/uploads")])
def test_another_spelling_of_an_originals_key_is_not_found(
    client: ApiClient, ready: dict[str, Any], part: str, other: str
) -> None:
    key = ready["original_file"].replace(part, other, 1)
    body = {"bucket": "darkroom-uploads", "key": key}
    answer = requests.post(f"{client.api}/images", json=body, timeout=GENEROUS)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_original_is_as_it_was_sent(ready: dict[str, Any], stack: Stack) -> None:
    stored = stack.s3().get_object(Bucket="darkroom-uploads", Key=ready["original_file"])
    assert hashlib.sha256(stored["Body"].read()).hexdigest() == ready["sha256"]


def test_the_uploads_bucket_is_closed_to_anonymous_requests(
    ready: dict[str, Any], stack: Stack
) -> None:
    address = f"{stack.s3_address}/darkroom-uploads/{ready['original_file']}"
    assert requests.get(address, timeout=GENEROUS).status_code == 403
    assert requests.put(address, data=b"x", timeout=GENEROUS).status_code == 403


def test_a_ticket_for_the_same_file_names_the_ready_image(
    client: ApiClient, ready: dict[str, Any], original: bytes
) -> None:
    assert client.ticket(original)["duplicate_of"] == ready["id"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_upright(client: ApiClient, orientation: int) -> None:
    image = client.finished(client.upload(marked(orientation)))
    with picture(rendition(image, "mobile")["url"]).convert("RGB") as served:
        assert (image["width"], image["height"], served.size) == (1200, 800, (640, 427))
        red, green, blue = served.getpixel((40, 30))  # type: ignore[misc]
        assert (red > 200, green < 60, blue < 60) == (True, True, True)
        red, green, blue = served.getpixel((600, 400))  # type: ignore[misc]
        assert (red < 60, green < 60, blue > 200) == (True, True, True)


def test_a_photograph_sent_with_put_becomes_ready(client: ApiClient) -> None:
    data = photograph(0, 1600, 900)
    query = {"filename": "put.jpg", "content_type": "image/jpeg", "size": len(data)}
    ticket = client.get("/generate-upload-url", **query).json()
    answer = requests.put(
        ticket["upload_url"], data=data, headers=ticket["headers"], timeout=GENEROUS
    )
    assert answer.status_code == 200
    assert client.finished(ticket["image_id"])["status"] == "ready"


@pytest.mark.parametrize("key", KEYS, ids=["spaces", "plus", "unicode", "1024 bytes"])
def test_an_object_copied_by_another_tool_becomes_an_image(
    client: ApiClient, stack: Stack, key: str
) -> None:
    data = photograph(1)
    stack.s3().put_object(Bucket="darkroom-uploads", Key=key, Body=data)
    assert client.of_object(key)["status"] == "ready"


def test_an_overwritten_object_gets_new_renditions(client: ApiClient, stack: Stack) -> None:
    key = "overwritten/photo.jpg"
    first, second = (photograph(1, 800), photograph(2, 800))
    stack.s3().put_object(Bucket="darkroom-uploads", Key=key, Body=first)
    old = client.of_object(key)
    stack.s3().put_object(Bucket="darkroom-uploads", Key=key, Body=second)
    digest = hashlib.sha256(second).hexdigest()
    until(lambda: client.of_object(key)["sha256"] == digest)
    new = client.of_object(key)
    assert (new["id"], new["status"]) == (old["id"], "ready")
    assert not set(new["processed_files"]) & set(old["processed_files"])


def test_removing_the_object_erases_the_image(client: ApiClient, stack: Stack) -> None:
    key = "removed/photo.jpg"
    stack.s3().put_object(Bucket="darkroom-uploads", Key=key, Body=photograph(2, 800, 600))
    image = client.of_object(key)
    stack.s3().delete_object(Bucket="darkroom-uploads", Key=key)
    until(lambda: client.image(image["id"])["status"] == "deleted")
    until(lambda: _count(stack, image["id"]) == 0)


def _count(stack: Stack, prefix: str) -> int:
    answer = stack.s3().list_objects_v2(Bucket="darkroom-images", Prefix=prefix)
    return int(answer["KeyCount"])


def test_deleting_leaves_nothing_and_confirms_it(client: ApiClient, stack: Stack) -> None:
    image = client.finished(client.upload(photograph(3, 900, 700)))
    receipt = requests.delete(f"{client.api}/images/{image['id']}", timeout=GENEROUS).json()
    assert receipt["verified"] is True
    # The original, the renditions, their copies with stable keys, the manifest.
    assert len(receipt["erased"]) == 1 + 2 * len(image["renditions"]) + 1
    assert _count(stack, image["id"]) == 0
    assert requests.get(image["renditions"][0]["url"], timeout=GENEROUS).status_code == 404


def test_processing_again_gives_the_same_files(client: ApiClient) -> None:
    image = client.finished(client.upload(photograph(4, 900, 700)))
    answer = requests.post(f"{client.api}/images/{image['id']}/reprocess", timeout=GENEROUS)
    assert answer.status_code == 202

    def twice_ready() -> bool:
        events = [line["event"] for line in client.image(image["id"])["history"]]
        return events.count("ready") == 2

    until(twice_ready)
    assert client.image(image["id"])["processed_files"] == image["processed_files"]


def test_an_object_is_processed_on_request(client: ApiClient, stack: Stack) -> None:
    key = "requested/photo.jpg"
    stack.s3().put_object(Bucket="darkroom-uploads", Key=key, Body=photograph(5, 900, 700))
    body = {"bucket": "darkroom-uploads", "key": key}
    answer = requests.post(f"{client.api}/images", json=body, timeout=GENEROUS)
    assert (answer.status_code, answer.json()["original_file"]) == (200, key)


BAD = {
    "not_an_image": b"Dear diary, today I renamed a text file to x.jpg.\n",
    "corrupt_image": twelve,
    "too_many_pixels": huge_png,
    "too_many_frames": endless_gif,
    "empty_file": b"",
}


@pytest.mark.parametrize("reason", BAD)
def test_bad_input_is_rejected_with_its_own_reason_and_the_worker_stays_small(
    client: ApiClient, stack: Stack, reason: str
) -> None:
    source = BAD[reason]
    data = source() if callable(source) else source
    if reason == "corrupt_image":
        data = data[: len(data) // 2]
    key = f"bad/{reason}.jpg"
    before = stack.memory("worker")
    stack.s3().put_object(Bucket="darkroom-uploads", Key=key, Body=data)
    image = client.of_object(key)
    assert (image["status"], image["reason"]) == ("rejected", reason)
    assert image["detail"].endswith(".")
    assert stack.memory("worker") < before + 150_000_000


def test_two_hundred_photographs_by_eight_clients_become_two_hundred_images(
    client: ApiClient, stack: Stack
) -> None:
    before = {image["id"] for image in client.all_images()}
    small = [resized(path, 600, 400) for path in photographs()]

    def upload(number: int) -> str:
        # Each photograph once in full size; the others, which make up the number, are small.
        is_large = number < len(small)
        data = camera_file(number) if is_large else unique(small[number % len(small)])
        return ApiClient(client.api).upload(data, f"{number}.jpg")

    with ThreadPoolExecutor(8) as pool:
        uploaded = list(pool.map(upload, range(200)))

    # One by one: listing all images again and again would slow the workers down.
    assert {client.finished(image_id)["status"] for image_id in uploaded} == {"ready"}
    after = [image["id"] for image in client.all_images()]
    assert len(after) == len(set(after))
    assert set(after) - before == set(uploaded)
    assert stack.memory("worker") < 400_000_000
    assert stack.memory("aws") < 400_000_000
    assert stack.memory("s3") < 1_500_000_000
