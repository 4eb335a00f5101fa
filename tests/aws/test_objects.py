"""One contract for every ObjectStore: a dictionary, and S3 on SeaweedFS."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from chalicelib.aws import clients
from chalicelib.aws.objects import S3Objects
from chalicelib.errors import ObjectMissing, ReadRefused, Reason, Rejection
from chalicelib.ports.objects import ListedVersion, ObjectStore
from tests.aws.conftest import stubbed

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import VersioningConfigurationTypeDef

BUCKET = "test-uploads"
KEYS = [
    "a.jpg",
    "a b.jpg",
    "a+b%20c.jpg",
    "ü/日本/🙂.jpg",
    "quote'\"&<>?#.jpg",
    "/".join(["x" * 203] * 5) + "/.jpg",
]

# Of owners/ann/a.jpg: SeaweedFS resolves them all to it.
SPELLINGS = [
    "owners//ann/a.jpg",
    "owners/ann//a.jpg",
    "owners///ann//a.jpg",
    "/owners/ann/a.jpg",
    "//owners/ann/a.jpg",
    "owners\\ann\\a.jpg",
    "owners/ann\\a.jpg",
    "\\owners/ann/a.jpg",
]


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    found: ObjectStore = request.getfixturevalue(f"{request.param}_objects")
    return found


def write(store: ObjectStore, key: str, data: bytes = b"data") -> str:
    return store.write(BUCKET, key, data, content_type="image/webp", cache_control="no-cache")


def versions(store: ObjectStore, key: str) -> list[ListedVersion]:
    return [version for page in store.versions(BUCKET, key) for version in page]


def version_ids(store: ObjectStore, key: str) -> list[str]:
    return [version.id for version in versions(store, key)]


@pytest.mark.parametrize("key", KEYS)
def test_written_data_is_read_back(store: ObjectStore, key: str) -> None:
    write(store, key, b"some bytes")
    assert store.read(BUCKET, key, 100).data == b"some bytes"


def test_the_etag_of_a_plain_object_is_its_md5(store: ObjectStore) -> None:
    write(store, "a", b"some bytes")
    digest = hashlib.md5(b"some bytes", usedforsecurity=False).hexdigest()
    assert store.read(BUCKET, "a", 100).etag == digest


def test_writing_returns_the_etag_that_a_listing_shows(store: ObjectStore) -> None:
    etag = write(store, "written", b"some bytes")
    (listed,) = store.page(BUCKET, "writte", 1)
    assert (listed.key, listed.etag) == ("written", etag)


def copy(store: ObjectStore, source: str, key: str) -> None:
    store.copy(
        BUCKET,
        source,
        key,
        content_type="image/png",
        cache_control="public, max-age=300",
        content_disposition='inline; filename="a.png"',
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_copy_has_the_same_bytes(store: ObjectStore, key: str) -> None:
    write(store, key, b"some bytes")
    copy(store, key, "copies/a")
    assert store.read(BUCKET, "copies/a", 100).data == b"some bytes"


def test_a_copy_replaces_what_was_there(store: ObjectStore) -> None:
    write(store, "copies/b", b"old")
    write(store, "new", b"new")
    copy(store, "new", "copies/b")
    assert store.read(BUCKET, "copies/b", 100).data == b"new"


def test_a_copy_has_headers_of_its_own(s3_objects: S3Objects) -> None:
    write(s3_objects, "source", b"some bytes")
    copy(s3_objects, "source", "copies/c")
    head = clients.s3().head_object(Bucket=BUCKET, Key="copies/c")
    assert (head["ContentType"], head["CacheControl"], head["ContentDisposition"]) == (
        "image/png",
        "public, max-age=300",
        'inline; filename="a.png"',
    )


def test_copying_a_missing_object_is_an_error(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        copy(store, "nowhere", "copies/d")


def test_an_empty_object_is_read(store: ObjectStore) -> None:
    write(store, "empty", b"")
    assert store.read(BUCKET, "empty", 100).data == b""


def test_an_object_of_exactly_the_limit_is_read(store: ObjectStore) -> None:
    write(store, "a", b"12345")
    assert store.read(BUCKET, "a", 5).data == b"12345"


def test_an_object_over_the_limit_is_rejected(store: ObjectStore) -> None:
    write(store, "a", b"123456")
    with pytest.raises(Rejection) as raised:
        store.read(BUCKET, "a", 5)
    assert raised.value.reason is Reason.TOO_MANY_BYTES


def test_reading_a_missing_object_is_an_error(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.read(BUCKET, "nowhere", 5)
    assert not store.exists(BUCKET, "nowhere")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_a_key_is_not_the_same_object(
    store: ObjectStore, spelling: str
) -> None:
    write(store, "owners/ann/a.jpg", b"Ann's")
    assert not store.exists(BUCKET, spelling)
    assert list(store.versions(BUCKET, spelling)) == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_erasing_another_spelling_of_a_key_erases_nothing(
    store: ObjectStore, spelling: str
) -> None:
    write(store, "owners/ann/a.jpg", b"Ann's")
    store.erase(BUCKET, spelling)
    assert store.exists(BUCKET, "owners/ann/a.jpg")


def test_on_aws_any_spelling_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with stubbed(clients.s3, monkeypatch) as stubber:
        stubber.add_response("head_object", {}, {"Bucket": BUCKET, "Key": "a//b.jpg"})
        listed = {"Bucket": BUCKET, "Prefix": "a//b.jpg", "MaxKeys": 1}
        stubber.add_response("list_object_versions", {"Versions": [{"Key": "a//b.jpg"}]}, listed)
        assert S3Objects().exists(BUCKET, "a//b.jpg")
        stubber.assert_no_pending_responses()


def test_a_written_object_exists(store: ObjectStore) -> None:
    write(store, "a b+c")
    assert store.exists(BUCKET, "a b+c")


def test_writing_again_replaces_the_object(store: ObjectStore) -> None:
    write(store, "a", b"1")
    write(store, "a", b"2")
    assert store.read(BUCKET, "a", 5).data == b"2"


def test_keys_are_listed_by_prefix(store: ObjectStore) -> None:
    for key in ("listed/b", "listed/a c", "listed-not", "listed/d/e"):
        write(store, key)
    assert set(store.list_keys(BUCKET, "listed/")) == {"listed/a c", "listed/b", "listed/d/e"}


def test_an_erased_object_is_gone_and_its_neighbours_stay(store: ObjectStore) -> None:
    for key in ("erased/a", "erased/a.jpg", "erased/a/b"):
        write(store, key)
    store.erase(BUCKET, "erased/a")
    assert set(store.list_keys(BUCKET, "erased/")) == {"erased/a.jpg", "erased/a/b"}


def test_erasing_what_is_not_there_is_no_error(store: ObjectStore) -> None:
    store.erase(BUCKET, "never/there")


def test_a_refused_read_is_not_a_missing_object(
    s3_objects: S3Objects,
) -> None:
    with Stubber(clients.s3()) as s3:
        s3.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ReadRefused):
            s3_objects.read(BUCKET, "a", 9)


def test_pages_follow_each_other_without_gap_or_repetition(store: ObjectStore) -> None:
    keys = ["paged/b", "paged/a/x", "paged/a b", "paged/a/ü", "paged/Z"]
    for key in keys:
        write(store, key)
    found, after = [], "paged/"
    while page := store.page(BUCKET, after, 2):
        found += page
        after = page[-1].key
    assert sorted(listed.key for listed in found if listed.key.startswith("paged/")) == sorted(keys)


def test_a_page_describes_objects_as_reading_them_does(store: ObjectStore) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)  # S3's times are in whole seconds
    write(store, "dated/a.jpg", b"abc")
    (listed, *_) = store.page(BUCKET, "dated/", 1)
    read = store.read(BUCKET, "dated/a.jpg", 10)
    assert (listed.key, listed.bytes, listed.etag) == ("dated/a.jpg", 3, read.etag)
    assert before <= listed.modified <= datetime.now(UTC)


def test_an_erased_object_has_no_versions(store: ObjectStore) -> None:
    write(store, "versions/a")
    write(store, "versions/ab")
    before = version_ids(store, "versions/a")
    store.erase(BUCKET, "versions/a")
    assert (len(before), version_ids(store, "versions/a")) == (1, [])


def test_only_the_named_versions_are_erased(store: ObjectStore) -> None:
    for key in ("named/a", "named/b", "named/c"):
        write(store, key)
    named = [version for key in ("named/a", "named/b") for version in versions(store, key)]
    store.erase_versions(BUCKET, named)
    assert list(store.list_keys(BUCKET, "named/")) == ["named/c"]


def test_a_version_that_is_gone_can_be_erased_again(store: ObjectStore) -> None:
    write(store, "again/a")
    write(store, "again/b")
    named = [*versions(store, "again/a"), *versions(store, "again/b")]
    for _ in range(2):
        store.erase_versions(BUCKET, named)
    assert not store.exists(BUCKET, "again/a")


def test_versions_below_a_prefix_are_listed_with_their_keys(store: ObjectStore) -> None:
    for key in ("below/a/1", "below/a/2", "below/ab"):
        write(store, key)
    found = [version.key for page in store.versions_below(BUCKET, "below/a/") for version in page]
    assert sorted(found) == ["below/a/1", "below/a/2"]


def test_the_version_that_is_read_is_the_latest(store: ObjectStore) -> None:
    write(store, "latest/a")
    assert [version.latest for version in versions(store, "latest/a")] == [True]


@pytest.fixture
def small_pages(s3_objects: S3Objects) -> S3Objects:
    """Listings of versions have pages of ten instead of a thousand."""

    def limit(params: dict[str, Any], **_: object) -> None:
        params["MaxKeys"] = 10

    clients.s3().meta.events.register("provide-client-params.s3.ListObjectVersions", limit)
    return s3_objects


def test_a_keys_versions_are_listed_without_reading_past_it(small_pages: S3Objects) -> None:
    for number in range(25):
        write(small_pages, f"imported/1{number:02d}")
    write(small_pages, "imported/1")
    requests: list[str] = []
    events = clients.s3().meta.events
    events.register("before-call.s3", lambda model, **_: requests.append(model.name))
    assert version_ids(small_pages, "imported/1") == ["null"]
    assert requests == ["ListObjectVersions"]


@pytest.fixture
def versioned(s3_objects: S3Objects) -> str:  # noqa: ARG001 - it points boto3 to its server
    """The name of a new bucket that keeps versions."""
    name = f"versioned-{uuid.uuid4().hex}"
    clients.s3().create_bucket(Bucket=name)
    configuration: VersioningConfigurationTypeDef = {"Status": "Enabled"}
    clients.s3().put_bucket_versioning(Bucket=name, VersioningConfiguration=configuration)
    return name


def overwrite(bucket: str, key: str, times: int) -> list[str]:
    """The ids of new versions, oldest first."""
    put = partial(clients.s3().put_object, Bucket=bucket, Key=key)
    return [put(Body=str(number).encode())["VersionId"] for number in range(times)]


def test_only_the_version_that_is_read_is_the_latest(s3_objects: S3Objects, versioned: str) -> None:
    overwrite(versioned, "b", 3)
    found = [version for page in s3_objects.versions(versioned, "b") for version in page]
    latest = [version.id for version in found if version.latest]
    assert latest == [s3_objects.read(versioned, "b", 100).version_id]
    clients.s3().delete_object(Bucket=versioned, Key="b")
    marked = [version for page in s3_objects.versions(versioned, "b") for version in page]
    assert {version.id for version in marked if version.latest}.isdisjoint(v.id for v in found)


def test_the_newest_versions_are_on_the_first_page(small_pages: S3Objects, versioned: str) -> None:
    written = overwrite(versioned, "a", 15)
    overwrite(versioned, "a0", 1)
    clients.s3().delete_object(Bucket=versioned, Key="a")
    first, second = small_pages.versions(versioned, "a")
    assert len(first) == 10
    assert {version.id for version in second} == set(written[:6])


def test_all_versions_are_erased_while_they_are_listed(
    small_pages: S3Objects, versioned: str
) -> None:
    overwrite(versioned, "a", 35)
    small_pages.erase(versioned, "a")
    assert list(small_pages.versions(versioned, "a")) == []


def test_a_version_that_is_not_erased_raises_its_error(s3_objects: S3Objects) -> None:
    named = [ListedVersion(key=key, id="null", modified=datetime.now(UTC)) for key in "ab"]
    refusal = {"Errors": [{"Key": "b", "VersionId": "null", "Code": "AccessDenied"}]}
    with Stubber(clients.s3()) as s3:
        s3.add_response("delete_objects", refusal)
        s3.add_client_error(
            "delete_object",
            "AccessDenied",
            http_status_code=403,
            expected_params={"Bucket": BUCKET, "Key": "b", "VersionId": "null"},
        )
        with pytest.raises(ClientError, match="AccessDenied"):
            s3_objects.erase_versions(BUCKET, named)
