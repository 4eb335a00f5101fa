"""Upload tickets: a real S3 server accepts what was signed and refuses everything else."""

import base64
import hashlib
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import requests
from botocore.exceptions import ClientError
from msgspec.structs import replace

from chalicelib.aws import clients
from chalicelib.aws.objects import S3Objects
from chalicelib.aws.signing import S3Signer
from chalicelib.ports.objects import PresignedPost
from tests.aws.conftest import lead_boto3
from tests.waiting import GENEROUS, until

BUCKET = "test-uploads"
DATA = b"a picture, for all that S3 knows" * 20
SHA256 = hashlib.sha256(DATA).hexdigest()
LIMIT = 1000
HOUR = 3600  # seconds; nothing signed here expires before it is used

Form = dict[str, str]


@pytest.fixture
def signer(s3_objects: S3Objects) -> S3Signer:
    assert s3_objects is not None  # used for its server
    return S3Signer(BUCKET)


def posted(form: PresignedPost, data: bytes = DATA, **changed: str) -> int:
    fields = dict(form.fields) | changed
    answer = requests.post(form.url, data=fields, files={"file": ("x", data)}, timeout=GENEROUS)
    return answer.status_code


def form(signer: S3Signer, key: str = "signed/cat.jpg", seconds: int = HOUR) -> PresignedPost:
    return signer.presign_post(key, "image/jpeg", SHA256, LIMIT, seconds)


def test_a_form_as_signed_is_accepted(signer: S3Signer) -> None:
    assert posted(form(signer)) == 204
    assert S3Objects().read(BUCKET, "signed/cat.jpg", LIMIT).data == DATA


def test_a_form_without_a_checksum_is_accepted(signer: S3Signer) -> None:
    assert posted(signer.presign_post("plain", "image/png", None, LIMIT, HOUR)) == 204


def test_a_file_of_exactly_the_limit_is_accepted(signer: S3Signer) -> None:
    assert posted(signer.presign_post("exact", "image/png", None, LIMIT, HOUR), bytes(LIMIT)) == 204


def test_a_file_over_the_limit_is_refused(signer: S3Signer) -> None:
    unsigned = signer.presign_post("large", "image/png", None, LIMIT, HOUR)
    assert posted(unsigned, bytes(LIMIT + 1)) == 400
    assert not S3Objects().exists(BUCKET, "large")


def test_an_empty_file_is_refused(signer: S3Signer) -> None:
    assert posted(signer.presign_post("empty", "image/png", None, LIMIT, HOUR), b"") == 400


def test_a_damaged_file_is_refused(signer: S3Signer) -> None:
    assert posted(form(signer, "damaged"), b"A" + DATA[1:]) == 400
    assert not S3Objects().exists(BUCKET, "damaged")


OTHER_SUM = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "elsewhere"),
        ("key", "signed/../elsewhere"),
        ("Content-Type", "text/html"),
        ("x-amz-checksum-sha256", OTHER_SUM),
        ("x-amz-checksum-algorithm", "CRC32"),
        ("policy", base64.b64encode(b'{"expiration":"2099-01-01T00:00:00Z"}').decode()),
        ("x-amz-signature", "0" * 64),
        ("x-amz-credential", "other/20260101/us-east-1/s3/aws4_request"),
    ],
)
def test_a_form_with_another_field_is_refused(signer: S3Signer, field: str, value: str) -> None:
    assert posted(form(signer, "altered"), **{field: value}) in (400, 403)
    assert not S3Objects().exists(BUCKET, "altered")
    assert not S3Objects().exists(BUCKET, "elsewhere")


def test_a_form_for_another_bucket_is_refused(signer: S3Signer) -> None:
    signed = form(signer, "other-bucket")
    with suppress(ClientError):
        clients.s3().create_bucket(Bucket="other-uploads")
    other = replace(signed, url=signed.url.replace(BUCKET, "other-uploads"))
    assert posted(other) == 403
    assert not S3Objects().exists("other-uploads", "other-bucket")


@pytest.mark.parametrize(
    "field", ["key", "policy", "Content-Type", "x-amz-signature", "x-amz-checksum-sha256"]
)
def test_a_form_without_one_of_its_fields_is_refused(signer: S3Signer, field: str) -> None:
    signed = form(signer, "lacking")
    fields = {name: value for name, value in signed.fields.items() if name != field}
    assert posted(replace(signed, fields=fields)) in (400, 403)
    assert not S3Objects().exists(BUCKET, "lacking")


def test_an_expired_form_is_refused(signer: S3Signer) -> None:
    expiring = form(signer, "expired", seconds=1)
    until(lambda: posted(expiring) == 403)


def put(url: str, data: bytes = DATA, content_type: str = "image/jpeg") -> int:
    headers = {"Content-Type": content_type, "If-None-Match": "*"}
    return requests.put(url, data=data, headers=headers, timeout=GENEROUS).status_code


@pytest.fixture
def address(signer: S3Signer) -> Callable[..., str]:
    def sign(key: str = "", size: int | None = len(DATA), seconds: int = HOUR) -> str:
        key = key or f"put/a b+ü/{uuid.uuid4()}"
        return signer.presign_put(key, "image/jpeg", size, seconds).url

    return sign


def test_a_put_as_signed_is_accepted(address: Callable[..., str]) -> None:
    assert put(address("put/a b+ü.jpg")) == 200
    assert S3Objects().read(BUCKET, "put/a b+ü.jpg", LIMIT).data == DATA


def test_a_put_of_unknown_length_is_accepted(address: Callable[..., str]) -> None:
    assert put(address(size=None), DATA * 2) == 200


def test_a_put_of_another_type_is_refused(address: Callable[..., str]) -> None:
    assert put(address(), content_type="text/html") == 403


@pytest.mark.parametrize("data", [DATA + b"x", DATA[:-1], b""])
def test_a_put_of_another_length_is_refused(address: Callable[..., str], data: bytes) -> None:
    assert put(address(), data) == 403


def test_a_put_to_another_key_is_refused(address: Callable[..., str]) -> None:
    assert put(address("put/one").replace("put/one", "put/two")) == 403


def test_an_expired_put_is_refused(address: Callable[..., str]) -> None:
    expiring = address(seconds=1)
    until(lambda: put(expiring) == 403)


def test_of_sixty_puts_at_once_one_is_accepted(address: Callable[..., str]) -> None:
    url = address(size=None)
    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(lambda number: put(url, b"%d" % number), range(60)))
    assert Counter(statuses) == {200: 1, 412: 59}


@pytest.mark.parametrize("condition", ["", '"0"'])
def test_a_put_without_the_signed_condition_is_refused(
    address: Callable[..., str], condition: str
) -> None:
    headers = {"Content-Type": "image/jpeg", "If-None-Match": condition}
    sent = {name: value for name, value in headers.items() if value}
    answer = requests.put(address(), data=DATA, headers=sent, timeout=GENEROUS)
    assert answer.status_code == 403


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "ap-southeast-2"])
def test_on_aws_both_use_the_buckets_own_regional_host(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    lead_boto3({**keys, "AWS_DEFAULT_REGION": region}, monkeypatch)
    clients.s3.cache_clear()
    signer = S3Signer("some-bucket")
    put_url = signer.presign_put("k", "image/jpeg", 1, 60).url
    host = f"some-bucket.s3.{region}.amazonaws.com"
    assert urlsplit(put_url).netloc == host
    assert urlsplit(signer.presign_post("k", "image/jpeg", None, 9, 60).url).netloc == host
    assert f"{region}%2Fs3%2Faws4_request" in put_url
    clients.s3.cache_clear()
