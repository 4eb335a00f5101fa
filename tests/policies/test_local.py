"""S3 of `make run` under the production policies, including presigned requests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from ops.local.names import IMAGES_BUCKET, UPLOADS_BUCKET
from ops.local.stack.credentials import profiles_file
from tests.policies.account import MANIFEST, ORIGINAL, RENDITION
from tests.policies.stages import WATERMARK
from tests.stack.running import client, running_seaweedfs
from tests.waiting import GENEROUS

TICKETED = "uploads/everyone/01KQHV5R00ABCDEFGHJKMNPQRS/cat.jpg"


@dataclass(frozen=True)
class Attempt:
    """`identity` attempts `operation` on an object."""

    identity: str
    operation: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.identity} {self.operation} {self.bucket}/{self.key}"


REFUSED = [
    Attempt("api", "put_object", UPLOADS_BUCKET, ORIGINAL),
    Attempt("api", "delete_object", UPLOADS_BUCKET, ORIGINAL),
    Attempt("api", "get_object", IMAGES_BUCKET, MANIFEST),
    Attempt("api", "put_object", IMAGES_BUCKET, WATERMARK),
    Attempt("worker", "put_object", UPLOADS_BUCKET, ORIGINAL),
    Attempt("worker", "put_object", UPLOADS_BUCKET, TICKETED),
    Attempt("worker", "get_object", IMAGES_BUCKET, "index.html"),
    Attempt("worker", "put_object", IMAGES_BUCKET, WATERMARK),
    Attempt("loop", "get_object", UPLOADS_BUCKET, ORIGINAL),
    Attempt("loop", "put_object", UPLOADS_BUCKET, ORIGINAL),
    Attempt("loop", "put_object", IMAGES_BUCKET, RENDITION),
]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """S3 as one of the local stack's identities, with an object of each kind."""
    folder = tmp_path_factory.mktemp("seaweedfs")
    with running_seaweedfs(folder) as address:

        def as_identity(name: str) -> Any:
            return client("s3", address, profiles_file(folder), name)

        admin = as_identity("admin")
        for bucket, key in {(attempt.bucket, attempt.key) for attempt in REFUSED}:
            if bucket not in [present["Name"] for present in admin.list_buckets()["Buckets"]]:
                admin.create_bucket(Bucket=bucket)
            admin.put_object(Bucket=bucket, Key=key, Body=b"x")
        yield as_identity


def presigned_put(s3: Any, key: str) -> int:
    url = s3.generate_presigned_url("put_object", {"Bucket": UPLOADS_BUCKET, "Key": key})
    return requests.put(url, data=b"x", timeout=GENEROUS).status_code


def presigned_post(s3: Any, key: str) -> int:
    form = s3.generate_presigned_post(UPLOADS_BUCKET, key)
    files = {"file": ("file", b"x")}
    return requests.post(
        form["url"], data=form["fields"], files=files, timeout=GENEROUS
    ).status_code


@pytest.mark.parametrize(("send", "status"), [(presigned_put, 200), (presigned_post, 204)])
def test_the_apis_signature_is_valid_below_its_prefix(
    s3: Callable[[str], Any], send: Callable[[Any, str], int], status: int
) -> None:
    assert send(s3("api"), TICKETED) == status


@pytest.mark.parametrize("send", [presigned_put, presigned_post])
@pytest.mark.parametrize("identity", ["api", "worker"])
def test_no_functions_signature_is_valid_for_another_key(
    s3: Callable[[str], Any], send: Callable[[Any, str], int], identity: str
) -> None:
    assert send(s3(identity), ORIGINAL) == 403


@pytest.mark.parametrize("attempt", REFUSED, ids=str)
def test_a_call_without_permission_is_refused(s3: Callable[[str], Any], attempt: Attempt) -> None:
    more = {"Body": b"x"} if attempt.operation == "put_object" else {}
    with pytest.raises(ClientError) as refusal:
        getattr(s3(attempt.identity), attempt.operation)(
            Bucket=attempt.bucket, Key=attempt.key, **more
        )
    assert refusal.value.response["Error"]["Code"] == "AccessDenied"
