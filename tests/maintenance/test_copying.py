"""Backfills from a bucket that is not the application's."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from chalicelib.aws import clients
from chalicelib.model.image import Status
from chalicelib.wiring import Wiring
from ops.aws_errors import CloudError
from ops.commands.backfill import exit_code
from ops.maintenance.intake import Candidate, CopyIntake, Refused
from ops.maintenance.journal import keep_journal
from tests.fakes.others import MemoryQueue
from tests.maintenance.stores import FOREIGN, fill_from, names_in, put, put_image

NAMES = ["2019/a +ä.jpg", "2019/b.jpg", "c.jpg"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


class Body(io.BytesIO):
    """A response body with urllib3's interface."""

    def stream(self) -> list[bytes]:
        return [self.read()]


@contextmanager
def forbidden(name: str) -> Iterator[None]:
    """Make S3 refuse to copy objects whose keys end with `name`."""
    events = clients.s3().meta.events

    def refuse(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        if not request.headers.get("x-amz-copy-source", b"").decode().endswith(name):
            return None
        body = Body(b"<Error><Code>AccessDenied</Code></Error>")
        return AWSResponse(request.url, 403, {}, body)

    events.register("before-send.s3.CopyObject", refuse)
    try:
        yield
    finally:
        events.unregister("before-send.s3.CopyObject", refuse)


def test_objects_are_copied_below_the_name_of_their_bucket(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(FOREIGN, *NAMES)
    fill_from(FOREIGN, wiring, file)
    copies = [f"imported/{FOREIGN}/{name}" for name in NAMES]
    assert names_in(wiring.settings.uploads_bucket) == copies
    assert queue.bodies == []  # the copies' events start the processing


def test_a_copy_has_its_originals_bytes_and_type(wiring: Wiring, file: Path) -> None:
    clients.s3().put_object(Bucket=FOREIGN, Key="a", Body=b"123", ContentType="image/x")
    fill_from(FOREIGN, wiring, file)
    copy = clients.s3().get_object(
        Bucket=wiring.settings.uploads_bucket, Key=f"imported/{FOREIGN}/a"
    )
    assert (copy["Body"].read(), copy["ContentType"]) == (b"123", "image/x")


def test_a_second_run_copies_nothing(wiring: Wiring, file: Path, tmp_path: Path) -> None:
    put(FOREIGN, *NAMES)
    fill_from(FOREIGN, wiring, file)
    elsewhere = tmp_path / "another machine's.sqlite"
    for journal in (file, elsewhere):
        assert fill_from(FOREIGN, wiring, journal).counts() == {"found": 3, "known": 3}


def test_deleted_images_are_not_imported_again(wiring: Wiring, file: Path) -> None:
    put(FOREIGN, "a.jpg")
    put_image(wiring, f"imported/{FOREIGN}/a.jpg", Status.DELETED)
    fill_from(FOREIGN, wiring, file)
    assert names_in(wiring.settings.uploads_bucket) == []


def test_objects_that_can_never_be_imported_are_refused_with_the_reason(
    wiring: Wiring, file: Path
) -> None:
    long_name = "/".join(["n" * 250] * 4) + "/nn"
    put(FOREIGN, long_name)
    put(FOREIGN, "big.jpg", body=bytes(wiring.settings.max_upload_bytes + 1))
    refused = fill_from(FOREIGN, wiring, file).refusals(lasting=True)
    assert refused == {
        "big.jpg": "it has more than 5,000,000 bytes",
        long_name: "its key here would have 1,031 bytes; S3 allows 1,024",
    }
    assert names_in(wiring.settings.uploads_bucket) == []


def test_a_name_with_the_longest_key_is_imported(wiring: Wiring, file: Path) -> None:
    longest = "/".join(["n" * 200] * 4)
    longest += "/" + "m" * (1024 - len(f"imported/{FOREIGN}/{longest}/"))
    put(FOREIGN, longest)
    fill_from(FOREIGN, wiring, file)
    assert names_in(wiring.settings.uploads_bucket) == [f"imported/{FOREIGN}/{longest}"]


def test_empty_objects_that_represent_folders_are_skipped(wiring: Wiring, file: Path) -> None:
    put(FOREIGN, "2019/a.jpg")
    put(FOREIGN, "2019/", body=b"")
    assert fill_from(FOREIGN, wiring, file).counts()["found"] == 1


def test_an_object_deleted_meanwhile_is_refused(wiring: Wiring) -> None:
    with pytest.raises(Refused, match="it was deleted before it was copied"):
        CopyIntake(wiring, FOREIGN).bring(Candidate("gone.jpg", 1, None))


def test_the_next_run_retries_an_object_that_s3_did_not_copy(wiring: Wiring, file: Path) -> None:
    put(FOREIGN, *NAMES)
    with forbidden("b.jpg"):
        journal = fill_from(FOREIGN, wiring, file)
    why = "no permission to read it there, or to write it here"
    assert journal.refusals(lasting=False) == {"2019/b.jpg": why}
    assert fill_from(FOREIGN, wiring, file).counts() == {"found": 3, "known": 2, "copied": 1}


@pytest.mark.parametrize(
    ("finished", "failed", "code"), [(True, {}, 0), (True, {"a": "why"}, 1), (False, {}, 130)]
)
def test_the_exit_code_says_whether_all_is_done(
    finished: bool, failed: dict[str, str], code: int
) -> None:
    assert exit_code({"finished": finished, "failed": failed}) == code


def test_a_dry_run_copies_nothing(wiring: Wiring, file: Path) -> None:
    put(FOREIGN, *NAMES)
    assert fill_from(FOREIGN, wiring, file, dry_run=True).counts()["copied"] == 3
    assert names_in(wiring.settings.uploads_bucket) == []


def test_two_runs_at_once_do_not_share_a_journal(file: Path) -> None:
    with (
        keep_journal(file),
        pytest.raises(CloudError, match="already running, in process"),
        keep_journal(file),
    ):
        raise AssertionError
