"""One contract for every MultipartStore; and what a real S3 server refuses of a part."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests

from chalicelib.aws.multipart import S3Multipart
from chalicelib.aws.objects import S3Objects
from chalicelib.errors import UploadGone
from chalicelib.model.parts import MEBIBYTE, composite_of, composite_sha256
from chalicelib.ports.objects import MultipartStore, ObjectStore, StoredPart
from tests.fakes.multipart import MemoryMultipart
from tests.fakes.objects import MemoryObjects
from tests.waiting import GENEROUS, until

BUCKET = "test-uploads"
LEAST = 5 * MEBIBYTE  # of all parts but the last
HOUR = 3600  # seconds
PARTS = [b"a" * LEAST, b"b" * LEAST, b"the rest"]

Send = Callable[[str, str, int, bytes], None]
Stores = tuple[MultipartStore, ObjectStore, Send]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def memory(memory_objects: MemoryObjects) -> Stores:
    store = MemoryMultipart(memory_objects, BUCKET)
    return store, memory_objects, store.receive


@pytest.fixture
def s3(s3_objects: S3Objects) -> Stores:
    store = S3Multipart(BUCKET)

    def send(key: str, upload_id: str, number: int, data: bytes) -> None:
        assert put(store, key, upload_id, number, data) == 200

    return store, s3_objects, send


@pytest.fixture(params=["memory", "s3"])
def stores(request: pytest.FixtureRequest) -> Stores:
    found: Stores = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def key() -> str:
    return f"uploads/ann/{uuid.uuid4()}/a.jpg"


def put(
    store: MultipartStore,
    key: str,
    upload_id: str,
    number: int,
    data: bytes,
    announced: bytes | None = None,
    seconds: int = HOUR,
) -> int:
    """The status of sending `data` with a URL for the part `announced`, by default the same."""
    signed = data if announced is None else announced
    form = store.presign_part(key, upload_id, number, len(signed), sha256(signed), seconds)
    headers = {**form.headers, "Content-Length": str(len(data))}
    return requests.put(form.url, data=data, headers=headers, timeout=GENEROUS).status_code


def sent(stores: Stores, key: str, numbers: tuple[int, ...] = (1, 2, 3)) -> str:
    """Begin an upload and send these of its parts: its id."""
    store, _, send = stores
    upload_id = store.begin(key, "image/jpeg")
    for number in numbers:
        send(key, upload_id, number, PARTS[number - 1])
    return upload_id


def with_checksums(parts: list[StoredPart]) -> list[StoredPart]:
    return [
        StoredPart(number=p.number, bytes=p.bytes, etag=p.etag, sha256=sha256(PARTS[p.number - 1]))
        for p in parts
    ]


def test_parts_become_one_object(stores: Stores, key: str) -> None:
    store, objects, _ = stores
    upload_id = sent(stores, key)
    store.assemble(key, upload_id, with_checksums(store.parts(key, upload_id)))
    assert objects.read(BUCKET, key, 3 * LEAST).data == b"".join(PARTS)


def test_there_is_no_object_before_the_parts_are_put_together(stores: Stores, key: str) -> None:
    sent(stores, key)
    assert not stores[1].exists(BUCKET, key)


def test_parts_are_listed_by_number_in_whatever_order_they_came(stores: Stores, key: str) -> None:
    upload_id = sent(stores, key, (3, 1))
    listed = stores[0].parts(key, upload_id)
    assert [(part.number, part.bytes) for part in listed] == [(1, LEAST), (3, len(PARTS[2]))]


def test_a_part_that_was_sent_twice_is_listed_once(stores: Stores, key: str) -> None:
    upload_id = sent(stores, key, (1, 2, 2))
    assert [part.number for part in stores[0].parts(key, upload_id)] == [1, 2]


def test_an_upload_of_another_key_is_unknown(stores: Stores, key: str) -> None:
    upload_id = sent(stores, key, (1,))
    with pytest.raises(UploadGone):
        stores[0].parts(f"{key}.other", upload_id)


def test_an_aborted_upload_is_gone_and_may_be_aborted_again(stores: Stores, key: str) -> None:
    store, _, _ = stores
    upload_id = sent(stores, key, (1,))
    store.abort(key, upload_id)
    store.abort(key, upload_id)
    with pytest.raises(UploadGone):
        store.parts(key, upload_id)


def test_a_second_object_is_not_stored_under_a_key(stores: Stores, key: str) -> None:
    store, objects, _ = stores
    first, second = sent(stores, key), sent(stores, key, (3,))
    store.assemble(key, first, with_checksums(store.parts(key, first)))
    with pytest.raises(UploadGone):
        store.assemble(key, second, with_checksums(store.parts(key, second)))
    assert objects.read(BUCKET, key, 3 * LEAST).data == b"".join(PARTS)


def test_an_upload_is_unfinished_from_its_beginning_until_its_end(stores: Stores, key: str) -> None:
    store, _, _ = stores
    upload_id = sent(stores, key, (1,))
    (found,) = [upload for upload in store.unfinished() if upload.upload_id == upload_id]
    assert found.key == key
    assert abs(found.began - datetime.now(UTC)) < timedelta(seconds=GENEROUS)
    store.abort(key, upload_id)
    assert upload_id not in [upload.upload_id for upload in store.unfinished()]


def test_a_damaged_part_is_refused(s3: Stores, key: str) -> None:
    upload_id = sent(s3, key, ())
    damaged = b"c" + PARTS[1][1:]
    assert put(s3[0], key, upload_id, 2, damaged, announced=PARTS[1]) == 400
    assert s3[0].parts(key, upload_id) == []


@pytest.mark.parametrize("data", [PARTS[0] + b"a", PARTS[0][:-1]], ids=["longer", "shorter"])
def test_a_part_of_another_length_is_refused(s3: Stores, key: str, data: bytes) -> None:
    upload_id = sent(s3, key, ())
    assert put(s3[0], key, upload_id, 1, data, announced=PARTS[0]) == 403


def test_a_part_is_refused_after_its_url_has_expired(s3: Stores, key: str) -> None:
    store, _, _ = s3
    upload_id = sent(s3, key, ())
    form = store.presign_part(key, upload_id, 1, 4, sha256(b"late"), 1)
    headers = dict(form.headers)
    until(
        lambda: (
            requests.put(form.url, data=b"late", headers=headers, timeout=GENEROUS).status_code
            == 403
        )
    )


def test_a_part_of_an_aborted_upload_is_refused(s3: Stores, key: str) -> None:
    upload_id = sent(s3, key, ())
    s3[0].abort(key, upload_id)
    assert put(s3[0], key, upload_id, 1, b"late") == 404


def test_a_url_is_good_for_its_own_part_only(s3: Stores, key: str) -> None:
    upload_id = sent(s3, key, ())
    form = s3[0].presign_part(key, upload_id, 1, 4, sha256(b"part"), HOUR)
    other = form.url.replace("partNumber=1", "partNumber=2")
    response = requests.put(other, data=b"part", headers=dict(form.headers), timeout=GENEROUS)
    assert response.status_code == 403


def test_the_checksum_of_the_object_is_that_of_its_parts(s3: Stores, key: str) -> None:
    store, objects, _ = s3
    upload_id = sent(s3, key)
    store.assemble(key, upload_id, with_checksums(store.parts(key, upload_id)))
    data = objects.read(BUCKET, key, 3 * LEAST).data
    digests = [hashlib.sha256(part).digest() for part in PARTS]
    assert composite_of(data, LEAST) == composite_sha256(digests)
