"""Hostile input: each attempt is named, and is refused or harmless."""

import json
import re
import socket
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib.errors import MAX_BODY_BYTES
from chalicelib.model import keys
from tests.auth.harness import PICTURE, UPLOAD, Harness
from tests.builders import ULID, put

SHA256 = "0" * 64
DEEP = 10_000


def send(harness: Harness, raw: bytes, path: str = "/uploads", **headers: str) -> HTTPResponse:
    given = {"Authorization": f"Bearer {harness.token('ann')}", "Content-Type": "application/json"}
    return harness.client.http.post(path, headers=given | headers, body=raw)


def with_field(name: str, value: object) -> bytes:
    return json.dumps(UPLOAD | {name: value}).encode()


def with_text(name: str, text: str) -> bytes:
    """The body with the raw JSON text `text` as a value."""
    return json.dumps(UPLOAD | {name: "@"}).replace('"@"', text).encode()


def assert_problem(answer: HTTPResponse, status: int, code: str) -> None:
    assert (answer.status_code, answer.json_body["code"]) == (status, code)
    assert answer.json_body["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


BODIES: dict[str, tuple[bytes, int, str]] = {
    "a body of one byte too many": (b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large"),
    "a body of a megabyte": (b"[" * 1_000_000, 413, "body_too_large"),
    "lists inside each other": (b"[" * DEEP + b"]" * DEEP, 422, "invalid_request"),
    "objects inside each other": (b'{"size":' * 8_000, 422, "invalid_request"),
    "lists for a focal point": (with_text("focal_point", "[" * DEEP), 422, "invalid_request"),
    "lists in an unknown field": (
        b'{"deep":' + b"[" * DEEP + b"]" * DEEP + b"}",
        422,
        "invalid_request",
    ),
    "no JSON": (b"size=1", 400, "malformed_body"),
    "half of a body": (json.dumps(UPLOAD).encode()[:-1], 400, "malformed_body"),
    "two bodies in one": (json.dumps(UPLOAD).encode() * 2, 400, "malformed_body"),
    "another encoding": (json.dumps(UPLOAD).encode("utf-16"), 400, "malformed_body"),
    "bytes of no encoding": (b'{"filename":"\xff\xfe"}', 400, "malformed_body"),
    "half of a pair of surrogates": (with_text("filename", r'"\ud800"'), 400, "malformed_body"),
    "a size that is no number": (with_text("size", "NaN"), 400, "malformed_body"),
    "an infinite size": (with_text("size", "1e999"), 422, "invalid_request"),
    "a size of 5,000 digits": (with_text("size", "9" * 5_000), 422, "invalid_request"),
    "a size of 400 digits": (with_text("size", "9" * 400), 413, "too_many_bytes"),
    "a size below nothing": (with_field("size", -1), 422, "invalid_request"),
    "a size that is true": (with_field("size", True), 422, "invalid_request"),
    "a size in words": (with_field("size", "1000"), 422, "invalid_request"),
    "a name that is a question": (with_field("filename", {"$ne": ""}), 422, "invalid_request"),
    "a name that is a list": (with_field("filename", ["a"]), 422, "invalid_request"),
    "a name that is null": (with_field("filename", None), 422, "invalid_request"),
    "a name that is too long": (with_field("filename", "a" * 1025), 422, "invalid_request"),
    "another owner": (with_field("owner", "bob"), 422, "invalid_request"),
    "a status of one's own": (with_field("status", "ready"), 422, "invalid_request"),
    "a prototype": (with_field("__proto__", {}), 422, "invalid_request"),
    "a checksum with a line more": (with_field("sha256", SHA256 + "\n"), 422, "invalid_request"),
    "a checksum in capitals": (with_field("sha256", "A" * 64), 422, "invalid_request"),
    "a type with a header": (
        with_field("content_type", "image/jpeg\r\nX-Evil: 1"),
        415,
        "unsupported_type",
    ),
    "a type that runs scripts": (
        with_field("content_type", "image/svg+xml"),
        415,
        "unsupported_type",
    ),
}


@pytest.mark.parametrize("attempt", BODIES)
def test_an_invalid_body_is_refused_and_has_no_effect(harness: Harness, attempt: str) -> None:
    raw, status, code = BODIES[attempt]
    assert_problem(send(harness, raw), status, code)
    assert harness.request("GET", "/images", harness.token("ann")).json_body["images"] == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "image/png"]
)
def test_a_body_that_a_cross_site_form_could_send_is_refused(harness: Harness, kind: str) -> None:
    answer = send(harness, json.dumps(UPLOAD).encode(), **{"Content-Type": kind})
    assert_problem(answer, 415, "unsupported_media_type")


NAMES = {
    "a way up": "../../../etc/passwd",
    "a way up for Windows": "..\\..\\windows\\system32\\cmd.exe",
    "an encoded way up": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "an absolute path": "/etc/passwd",
    "a header": "cat.jpg\r\nSet-Cookie: evil=1",
    "the end of a text": "cat\x00.jpg",
    "all control characters": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "the end of a quotation": 'cat"; filename="evil.exe',
    "a variable of a form": "${filename}",
    "a script": "<script>alert(1)</script>.jpg",
    "an attribute": '" onload="alert(1)',
    "a name turned around": "\u202egpj.exe",
    "a name for Windows's devices": "CON",
    "only dots": "..",
    "only a space": " ",
    "a name that is an option": "-rf *",
    "a formula": "=cmd|' /C calc'!A0",
    "marks upon marks": "Z" + "\u0300" * 1000,
    "pictures": "👩\u200d🚀" * 300,
    "the longest": "ä" * 1024,
    "another script": "صورة 写真.jpg",
}
SAFE = re.compile(rf"uploads/ann/{keys.ULID_PATTERN}/[a-z0-9-]+(\.[a-z0-9]+)?")


@pytest.mark.parametrize("attempt", NAMES)
def test_a_file_name_is_never_interpreted(harness: Harness, attempt: str) -> None:
    ticket = send(harness, with_field("filename", NAMES[attempt])).json_body
    key = ticket["fields"]["key"]
    assert SAFE.fullmatch(key)
    put(harness.wiring, PICTURE, key)
    token = harness.token("ann")
    body = {"bucket": "test-uploads", "key": key}
    image = harness.request("POST", "/images", token, body).json_body
    assert (image["status"], image["filename"]) == ("ready", NAMES[attempt])
    assert "<script" not in image["markup"]
    assert 'onload="' not in image["markup"]
    for key in image["processed_files"]:
        header = harness.wiring.objects.kept["test-images", key].content_disposition
        assert re.fullmatch(r"inline; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.~%-]+", header)


TEXTS = {
    "a script": "<script>alert(1)</script>",
    "an attribute": '" onload="alert(1)',
    "the end of an element": "'></picture><img src=x onerror=alert(1)>",
    "an escaped quotation": "&quot; onload=&quot;alert(1)",
    "the end of a style": '*/"} body{display:none}',
    "line breaks": "a\r\nSet-Cookie: evil=1",
    "text turned around": "\u202egpj.exe",
    "marks upon marks": "Z" + "\u0300" * 999,
    "the longest": "ä" * 1000,
}


@pytest.mark.parametrize("attempt", TEXTS)
def test_an_alternative_text_is_never_interpreted(harness: Harness, attempt: str) -> None:
    token = harness.token("ann")
    image = harness.picture(token)
    body = {"alt": {"en": TEXTS[attempt]}}
    changed = harness.request("PATCH", f"/images/{image['id']}", token, body).json_body
    assert changed["alt"] == {"en": TEXTS[attempt]}
    elements = re.findall(r"<[^>]*", changed["markup"])
    assert len(elements) == len(re.findall(r"<[^>]*", image["markup"]))
    assert "onload=" not in re.sub(r'alt="[^"]*"', "", changed["markup"])


ORIGINS = {
    "a stranger": "https://evil.example",
    "a page without an origin": "null",
    "a longer host": "https://photos.example.evil.example",
    "a host that ends alike": "https://evilphotos.example",
    "a host within the host": "https://evil.photos.example",
    "another scheme": "http://photos.example",
    "another port": "https://photos.example:444",
    "a path": "https://photos.example/",
    "a user": "https://photos.example@evil.example",
    "capitals": "HTTPS://PHOTOS.EXAMPLE",
    "two origins": "https://photos.example, https://evil.example",
    "all origins": "*",
    "a header more": "https://photos.example\r\nX-Evil: 1",
    "nothing": "",
}


@pytest.mark.parametrize("attempt", ORIGINS)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/health"), ("GET", f"/images/{ULID}"), ("OPTIONS", "/uploads")]
)
def test_another_origin_is_never_allowed(
    harness: Harness, attempt: str, method: str, path: str
) -> None:
    origin = {"Origin": ORIGINS[attempt], "Access-Control-Request-Method": "POST"}
    answer = harness.request(method, path, harness.token("ann"), headers=origin)
    assert not [name for name in answer.headers if name.startswith("Access-Control-")]
    assert "evil" not in str(answer.headers).lower()
    assert answer.headers["Vary"] == "Origin"


BUCKETS = {
    "the bucket of renditions": "test-images",
    "somebody else's": "elsewhere",
    "an ARN": "arn:aws:s3:::test-uploads",
    "an access point": "arn:aws:s3:eu-central-1:123456789012:accesspoint/evil",
    "an address": "https://evil.example/test-uploads",
    "a way to the other one": "test-uploads/../test-images",
    "capitals": "TEST-UPLOADS",
    "a space more": "test-uploads ",
    "the end of a text": "test-uploads\x00",
}
KEYS = {
    "an instance's metadata": "http://169.254.169.254/latest/meta-data/iam/",
    "an address": "https://evil.example/cat.jpg",
    "a host without a scheme": "//evil.example/cat.jpg",
    "a file of the machine": "file:///etc/passwd",
    "an absolute path": "/etc/passwd",
    "a way up": "../test-images/cat.jpg",
    "another bucket's address": "s3://test-images/cat.jpg",
    "the end of a text": "cat.jpg\x00",
    "the longest": "🙂" * 1024,
}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: Any) -> None:
        raise AssertionError("A connection was attempted.")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("attempt", BUCKETS)
def test_only_objects_of_the_uploads_bucket_are_processed(harness: Harness, attempt: str) -> None:
    body = {"bucket": BUCKETS[attempt], "key": "cat.jpg"}
    harness.wiring.objects.write(
        BUCKETS[attempt], "cat.jpg", PICTURE, content_type="", cache_control=""
    )
    assert_problem(
        harness.request("POST", "/images", harness.token("ann"), body), 403, "foreign_bucket"
    )


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("attempt", KEYS)
def test_a_key_is_never_used_as_a_url(harness: Harness, attempt: str) -> None:
    body = {"bucket": "test-uploads", "key": KEYS[attempt]}
    assert_problem(harness.request("POST", "/images", harness.token("ann"), body), 404, "not_found")


IDS = {
    "a way up": "..",
    "an encoded way up": "%2e%2e",
    "an encoded path": "..%2fhealth",
    "small letters": ULID.lower(),
    "a line more": f"{ULID}%0a",
    "a letter more": f"{ULID}0",
    "the end of a text": f"{ULID}%00",
    "all of them": "*",
    "another entry of the table": f"{ULID}%23history",
    "a question": "' OR 1=1--",
    "digits of another script": "\u0660" * 26,
}


@pytest.mark.parametrize("attempt", IDS)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/images/{}"), ("DELETE", "/images/{}"), ("POST", "/images/{}/reprocess")],
)
def test_a_forged_id_is_not_found(harness: Harness, attempt: str, method: str, path: str) -> None:
    answer = harness.request(method, path.format(IDS[attempt]), harness.token("ann"))
    assert_problem(answer, 404, "not_found")


QUERIES = {
    "one parameter twice": "limit=1&limit=100",
    "one of them empty": "limit=1&limit=",
    "no number": "limit=ten",
    "an empty number": "limit=",
    "a number below nothing": "limit=-1",
    "a number of 400 digits": f"limit={'9' * 400}",
    "a spoilt encoding": "limit=%zz",
    "bytes of no encoding": "status=%ff%fe",
    "the word null": "status=null",
    "a list": "status[]=ready",
    "capitals": "status=READY",
    "an unknown parameter": "sort=size",
    "a forged cursor": "cursor=eyJvd25lciI6ImJvYiJ9",
}


@pytest.mark.parametrize("attempt", QUERIES)
def test_an_invalid_query_is_refused(harness: Harness, attempt: str) -> None:
    answer = harness.request("GET", f"/images?{QUERIES[attempt]}", harness.token("ann"))
    assert_problem(answer, 422, "invalid_request")
    assert QUERIES[attempt].partition("=")[0].strip("[]") in answer.json_body["detail"]
