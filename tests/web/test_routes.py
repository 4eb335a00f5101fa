"""Every route of the API, through Chalice's own test client."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse
from msgspec.structs import replace

from chalicelib.model.image import Status
from chalicelib.model.search import Query
from chalicelib.pagination import Cursors
from tests.builders import ULID, put, s3_record
from tests.pictures import jpeg

UPLOAD = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": 1000}


@pytest.fixture
def client(application: ModuleType) -> Iterator[Client]:
    with Client(application.app, stage_name="none") as client:
        yield client


def post(client: Client, path: str, body: object, **headers: str) -> HTTPResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.http.post(path, body=raw, headers={"Content-Type": "application/json"} | headers)


@pytest.fixture
def ready(application: ModuleType, client: Client) -> str:
    """The id of a ready image."""
    put(application.wiring, jpeg(), "a/cat.jpg")
    answer = post(client, "/images", {"bucket": "test-uploads", "key": "a/cat.jpg"})
    return str(answer.json_body["id"])


def test_a_ticket_is_201_with_everything_the_upload_needs(client: Client) -> None:
    answer = post(client, "/uploads", UPLOAD)
    body = answer.json_body
    assert answer.status_code == 201
    assert set(body) == {
        "image_id", "method", "url", "fields", "expires_at", "max_bytes", "status_url",
    }  # fmt: skip
    assert body["status_url"] == f"https://photos.example/api/images/{body['image_id']}"


def test_every_ticket_has_its_own_key(client: Client) -> None:
    body = post(client, "/uploads", UPLOAD | {"filename": "../Ünï code.JPG"}).json_body
    assert body["fields"]["key"] == f"uploads/everyone/{body['image_id']}/uni-code.jpg"


def test_a_ticket_makes_a_pending_image(client: Client) -> None:
    image_id = post(client, "/uploads", UPLOAD).json_body["image_id"]
    assert client.http.get(f"/images/{image_id}").json_body["status"] == "pending"


@pytest.mark.parametrize(
    ("field", "value", "note"),
    [
        (
            "shrunk_from",
            {"width": 8064, "height": 6048, "bytes": 14_200_000},
            "of 8064 x 6048 pixels and 14.2 MB, shrunk before",
        ),
        (
            "converted_from",
            {"content_type": "image/heic", "bytes": 2_100_000},
            "of 2.1 MB, converted from image/heic before",
        ),
    ],
)
def test_the_history_has_what_the_client_changed(
    client: Client, field: str, value: dict[str, Any], note: str
) -> None:
    image_id = post(client, "/uploads", UPLOAD | {field: value}).json_body["image_id"]
    [ticket] = client.http.get(f"/images/{image_id}").json_body["history"]
    assert ticket["detail"] == note


def test_uploading_the_same_file_again_returns_the_ready_image(client: Client, ready: str) -> None:
    digest = client.http.get(f"/images/{ready}").json_body["sha256"]
    answer = post(client, "/uploads", UPLOAD | {"sha256": digest})
    assert (answer.status_code, answer.json_body["duplicate_of"]) == (200, ready)


def test_a_put_ticket_has_its_headers(client: Client) -> None:
    answer = client.http.get("/generate-upload-url?filename=a.png&content_type=image/png&size=12")
    assert answer.status_code == 200
    assert answer.json_body["headers"] == {
        "Content-Type": "image/png",
        "If-None-Match": "*",
        "Content-Length": "12",
    }


@pytest.mark.parametrize(
    ("body", "status", "code", "text"),
    [
        (b"{", 400, "malformed_body", "JSON"),
        (b"\xff\xfe", 400, "malformed_body", "JSON"),
        (b"", 400, "malformed_body", "JSON"),
        ([], 422, "invalid_request", "object"),
        ({}, 422, "invalid_request", "filename"),
        (UPLOAD | {"size": 0}, 422, "invalid_request", "size"),
        (UPLOAD | {"size": "1"}, 422, "invalid_request", "size"),
        (UPLOAD | {"filename": ""}, 422, "invalid_request", "filename"),
        (UPLOAD | {"sha256": "xyz"}, 422, "invalid_request", "sha256"),
        (UPLOAD | {"focal_point": {"x": 0.5}}, 422, "invalid_request", "focal_point"),
        (UPLOAD | {"focal_point": {"x": 0.5, "y": 1.1}}, 422, "invalid_request", "focal_point.y"),
        (UPLOAD | {"focal_point": {"x": "0", "y": 0}}, 422, "invalid_request", "focal_point.x"),
        (UPLOAD | {"focal_point": [0, 1]}, 422, "invalid_request", "focal_point"),
        (UPLOAD | {"colour": "red"}, 422, "invalid_request", "colour"),
        (UPLOAD | {"size": 5_000_001}, 413, "too_many_bytes", "The limit is 5 MB."),
        (UPLOAD | {"content_type": "text/html"}, 415, "unsupported_type", "content_type"),
        (UPLOAD | {"content_type": "text/html"}, 415, "unsupported_type", "octet-stream"),
        (
            UPLOAD | {"content_type": "image/heic"},
            415,
            "unsupported_type",
            "HEIC photos aren't",
        ),
        (
            UPLOAD | {"content_type": "image/jxl"},
            415,
            "unsupported_type",
            "JPEG XL pictures aren't accepted here. Please upload a JPEG, PNG or WebP.",
        ),
    ],
)
def test_an_invalid_upload_request_is_a_problem_that_names_the_field(
    client: Client, body: object, status: int, code: str, text: str
) -> None:
    answer = post(client, "/uploads", body)
    problem = answer.json_body
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert text in problem["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        *("image/jpg", "image/pjpeg", "image/x-png", "IMAGE/JPEG", "image/x-ms-bmp", "image/tif"),
        *("image/jpeg; charset=binary", "application/octet-stream"),
    ],
)
def test_a_ticket_is_signed_for_exactly_the_type_given(client: Client, content_type: str) -> None:
    answer = post(client, "/uploads", UPLOAD | {"content_type": content_type})
    assert answer.status_code == 201
    assert answer.json_body["fields"]["Content-Type"] == content_type


def test_a_ticket_for_an_empty_type_is_signed_for_any_bytes(client: Client) -> None:
    answer = post(client, "/uploads", UPLOAD | {"content_type": ""})
    assert answer.status_code == 201
    assert answer.json_body["fields"]["Content-Type"] == "application/octet-stream"


def test_a_put_ticket_may_have_an_empty_type(client: Client) -> None:
    answer = client.http.get("/generate-upload-url?filename=a.png&content_type=")
    assert answer.json_body["headers"]["Content-Type"] == "application/octet-stream"


RAW_TYPES = ["image/x-canon-cr2", "image/CR3", "image/x-adobe-dng", "image/nef"]


@pytest.mark.parametrize("content_type", RAW_TYPES)
def test_a_ticket_for_a_raw_file_is_issued(client: Client, content_type: str) -> None:
    assert post(client, "/uploads", UPLOAD | {"content_type": content_type}).status_code == 201


@pytest.mark.parametrize("content_type", RAW_TYPES)
def test_a_ticket_for_a_raw_file_is_refused_if_the_setting_forbids_it(
    application: ModuleType, client: Client, content_type: str
) -> None:
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, allow_raw=False)
    answer = post(client, "/uploads", UPLOAD | {"content_type": content_type})
    assert answer.status_code == 415
    assert answer.json_body["detail"] == (
        "Camera RAW files aren't accepted here. Please upload a JPEG, PNG or WebP."
    )


@pytest.mark.parametrize("content_type", ["image/heic", "image/heif", "image/x-heic"])
def test_a_ticket_for_heic_is_issued_if_the_setting_allows_it(
    application: ModuleType, client: Client, content_type: str
) -> None:
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, allow_heic=True)
    assert post(client, "/uploads", UPLOAD | {"content_type": content_type}).status_code == 201


@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=101",
            "limit=x",
            "status=lost",
            "cursor=forged",
            "cursor=e30=",
            "page=2",
        ),
        *(
            "q=" + "a" * 201,
            "q=a+b+c+d+e+f+g+h+i+j+k",
            "q=a&q=b",
            "tag=",
            "tag=%00",
            "tag=" + "a" * 65,
        ),
        "&".join(["tag=a"] * 11),
        *(
            "from=yesterday",
            "from=2026-02-30",
            "from=2026-05-01T10:00:00",
            "to=0001-01-01",
            "to=null",
        ),
        "from=2026-05-02&to=2026-05-01",
        *("sort=owner", "sort=bytes&status=pending", "visibility=secret"),
    ],
)
def test_an_invalid_list_query_is_a_problem_that_names_the_field(
    client: Client, query: str
) -> None:
    answer = client.http.get(f"/images?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json_body["detail"]


def test_a_list_is_read_to_its_end_by_cursors(client: Client) -> None:
    made = [post(client, "/uploads", UPLOAD).json_body["image_id"] for _ in range(5)]
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.http.get(f"/images?limit=2&cursor={cursor}" if cursor else "/images?limit=2")
        found += [image["id"] for image in page.json_body["images"]]
        cursor = page.json_body["next_cursor"]
    assert sorted(found) == sorted(made)


def test_a_list_can_be_filtered_by_status(client: Client, ready: str) -> None:
    post(client, "/uploads", UPLOAD)
    page = client.http.get("/images?status=ready").json_body
    assert [image["id"] for image in page["images"]] == [ready]


def found(client: Client, query: str) -> list[str]:
    return [image["id"] for image in client.http.get(f"/images?{query}").json_body["images"]]


@pytest.mark.parametrize(
    "query",
    [
        *("q=cat", "q=ca+jp", "q=", "q=%2D", "tag=Red&tag=door", "q=null", "visibility=public"),
        *("sort=bytes", "sort=-savings&q=cat&tag=red&status=ready", "from=2000-01-01&q=null"),
        *("from=2000-01-01T00:00:00%2B02:00", "to=2999-12-31", "to=2999-12-31&sort=filename"),
    ],
)
def test_an_image_is_found_by_any_condition(client: Client, ready: str, query: str) -> None:
    patch = {"filename": "cat null.jpg", "tags": ["red", "door"]}
    headers = {"Content-Type": "application/json"}
    client.http.patch(f"/images/{ready}", body=json.dumps(patch).encode(), headers=headers)
    assert found(client, query) == [ready]


@pytest.mark.parametrize("query", ["q=dog", "tag=red", "visibility=private", "to=2000-01-01"])
def test_an_image_is_not_found_by_a_condition_that_it_does_not_meet(
    client: Client, ready: str, query: str
) -> None:
    assert ready
    assert found(client, query) == []


def test_a_date_without_a_time_includes_its_day(client: Client, ready: str) -> None:
    day = client.http.get(f"/images/{ready}").json_body["created_at"][:10]
    assert found(client, f"from={day}&to={day}") == [ready]


@pytest.mark.parametrize(
    "other", ["q=b", "q=a&sort=created_at", "q=a&tag=x", "q=a&visibility=public", "", "tag=a"]
)
def test_a_cursor_is_for_one_search(client: Client, application: ModuleType, other: str) -> None:
    cursors, query = Cursors(application.wiring.secrets), Query(words=("a",))
    cursor = cursors.sign("cGxhY2U=", "everyone", query)
    answer = client.http.get(f"/images?cursor={cursor}&{other}")
    assert (answer.status_code, answer.json_body["code"]) == (422, "invalid_request")
    assert "not issued for this list" in answer.json_body["detail"]


def test_a_cursor_of_an_earlier_version_is_valid(application: ModuleType) -> None:
    secrets = application.wiring.secrets
    payload = json.dumps(["place", "everyone", "ready"]).encode()
    signature = hmac.new(secrets.secret("cursors"), payload, hashlib.sha256).hexdigest()
    query = Query(status=Status.READY)
    assert Cursors(secrets).verify(f"place.{signature}", "everyone", query) == "place"


def test_an_image_has_urls_markup_and_history(client: Client, ready: str) -> None:
    image = client.http.get(f"/images/{ready}").json_body
    shown = image["renditions"][0]
    assert shown["url"] == f"https://photos.example/i/{ready}/1080p.webp"
    assert shown["immutable_url"] == f"https://photos.example/images/{shown['key']}"
    assert image["markup"].startswith("<picture>")
    assert [line["event"] for line in image["history"]] == ["processing", "ready"]
    assert set(image["savings"]) == {"bytes", "percent"}
    assert image["cost_usd_estimate"] > 0
    assert image["storage_usd_month_estimate"] > 0


@pytest.mark.parametrize("image_id", [ULID, "nonsense", "%2e%2e", "x" * 300])
def test_an_unknown_image_is_not_found(client: Client, image_id: str) -> None:
    answer = client.http.get(f"/images/{image_id}")
    assert (answer.status_code, answer.json_body["code"]) == (404, "not_found")


def test_an_object_of_another_bucket_is_refused(client: Client) -> None:
    answer = post(client, "/images", {"bucket": "elsewhere", "key": "a"})
    assert (answer.status_code, answer.json_body["code"]) == (403, "foreign_bucket")


def test_a_missing_object_is_not_found(client: Client) -> None:
    answer = post(client, "/images", {"bucket": "test-uploads", "key": "a"})
    assert (answer.status_code, answer.json_body["code"]) == (404, "not_found")


def test_processing_again_is_accepted_and_queued(
    application: ModuleType, client: Client, ready: str
) -> None:
    answer = client.http.post(f"/images/{ready}/reprocess")
    assert answer.status_code == 202
    assert application.wiring.work.bodies == [
        json.dumps({"image_id": ready}, separators=(",", ":"))
    ]


POINT = {"x": 0.3, "y": 0.4}


def test_a_tickets_focal_point_is_shown_in_the_image(client: Client) -> None:
    image_id = post(client, "/uploads", UPLOAD | {"focal_point": POINT}).json_body["image_id"]
    assert client.http.get(f"/images/{image_id}").json_body["focal_point"] == POINT


@pytest.mark.usefixtures("ready")
def test_an_object_is_processed_around_a_focal_point(client: Client) -> None:
    body = {"bucket": "test-uploads", "key": "a/cat.jpg", "focal_point": POINT}
    assert post(client, "/images", body).json_body["focal_point"] == POINT


@pytest.mark.parametrize(
    ("body", "kept"), [({"focal_point": None}, None), ({}, POINT), (b"", POINT)]
)
def test_null_removes_a_focal_point_and_omission_keeps_it(
    client: Client, ready: str, body: object, kept: object
) -> None:
    post(client, f"/images/{ready}/reprocess", {"focal_point": POINT})
    answer = post(client, f"/images/{ready}/reprocess", body)
    assert (answer.status_code, answer.json_body["focal_point"]) == (202, kept)
    assert answer.json_body["history"][2]["detail"] == "focal point 0.3,0.4"


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), ({"x": 0.3}, 422), ({"focal_point": {"x": 0, "y": -1}}, 422)]
)
def test_an_invalid_reprocess_request_changes_nothing(
    application: ModuleType, client: Client, ready: str, body: object, status: int
) -> None:
    assert post(client, f"/images/{ready}/reprocess", body).status_code == status
    assert application.wiring.work.bodies == []


def test_an_image_without_an_upload_cannot_be_processed_again(client: Client) -> None:
    image_id = post(client, "/uploads", UPLOAD).json_body["image_id"]
    answer = client.http.post(f"/images/{image_id}/reprocess")
    assert (answer.status_code, answer.json_body["code"]) == (409, "conflict")


def test_deleting_returns_a_verified_receipt(
    application: ModuleType, client: Client, ready: str
) -> None:
    receipt = client.http.delete(f"/images/{ready}").json_body
    assert receipt["verified"] is True
    assert "test-uploads/a/cat.jpg" in receipt["erased"]
    assert application.wiring.objects.kept == {}


def test_a_deleted_image_is_shown_as_deleted(client: Client, ready: str) -> None:
    client.http.delete(f"/images/{ready}")
    assert client.http.get(f"/images/{ready}").json_body["status"] == "deleted"


def test_the_variants_table_is_shown(client: Client) -> None:
    variants = client.http.get("/variants").json_body["variants"]
    assert [variant["name"] for variant in variants] == ["1080p", "720p", "mobile", "thumbnail"]


def test_health_says_ok(client: Client) -> None:
    assert client.http.get("/health").json_body["status"] == "ok"


def test_the_openapi_document_describes_every_route(
    application: ModuleType, client: Client
) -> None:
    paths = client.http.get("/openapi.json").json_body["paths"]
    described = {(path, method.upper()) for path, item in paths.items() for method in item}
    routes = {
        (path, method)
        for path, methods in application.app.routes.items()
        for method, entry in methods.items()
        if " " not in entry.view_name  # except those added for missing methods
    }
    # The CDN's own, which no client calls.
    internal = {(path, "GET") for path, _ in routes if path.startswith("/renditions/")}
    assert described == routes - internal


def test_an_allowed_origin_may_read_the_response(client: Client) -> None:
    headers = {"Origin": "https://shop.example"}
    answer = client.http.get("/health", headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_another_origin_may_not_read_the_response(client: Client) -> None:
    answer = client.http.get("/health", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_allowed_origin_may_read_problems_too(client: Client) -> None:
    answer = client.http.get(f"/images/{ULID}", headers={"Origin": "https://shop.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_a_preflight_allows_what_the_api_accepts(client: Client) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = client.http.options("/uploads", headers=headers)
    assert answer.status_code == 204
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_an_internal_error_discloses_nothing(
    application: ModuleType, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("password=1234")

    monkeypatch.setattr(application.wiring.images, "get", broken)
    answer = client.http.get(f"/images/{ULID}")
    assert (answer.status_code, answer.json_body["code"]) == (500, "internal_error")
    assert "1234" not in answer.body.decode()


def test_the_upload_event_makes_an_image_ready(application: ModuleType, client: Client) -> None:
    key = "other tool/a+b ü.jpg"
    put(application.wiring, jpeg(), key)
    client.lambda_.invoke("process_upload", {"Records": [s3_record(key)]})
    (image,) = client.http.get("/images").json_body["images"]
    assert (image["status"], image["original_file"]) == ("ready", key)


def test_the_removal_event_erases_the_image(
    application: ModuleType, client: Client, ready: str
) -> None:
    application.wiring.objects.erase("test-uploads", "a/cat.jpg")
    client.lambda_.invoke("process_removal", {"Records": [s3_record("a/cat.jpg", "A2")]})
    assert client.http.get(f"/images/{ready}").json_body["status"] == "deleted"


def test_the_work_queue_processes_again(client: Client, ready: str) -> None:
    event = client.events.generate_sqs_event([json.dumps({"image_id": ready})])
    client.lambda_.invoke("process_again", event)
    events = [line["event"] for line in client.http.get(f"/images/{ready}").json_body["history"]]
    assert events == ["processing", "ready", "processing", "ready"]


def test_the_failures_queue_leaves_a_failed_image(client: Client) -> None:
    lost = {
        "requestPayload": {"Records": [s3_record("b.jpg")]},
        "responsePayload": {"errorType": "X"},
    }
    client.lambda_.invoke("record_failure", client.events.generate_sqs_event([json.dumps(lost)]))
    (image,) = client.http.get("/images").json_body["images"]
    assert (image["status"], image["filename"]) == ("failed", "b.jpg")
