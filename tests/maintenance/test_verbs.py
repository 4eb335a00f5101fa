"""The maintenance verbs on the stack of `make run`."""

import json
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.aws.table_keys import unfinished_keys
from chalicelib.model import keys
from chalicelib.model.image import Status
from ops.local.names import IMAGES_BUCKET, IMAGES_TABLE, UPLOADS_BUCKET
from tests.e2e.client import ApiClient
from tests.maintenance.operator import Operator
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.waiting import until

OLD = "old-photos"
SOURCE = f"s3://{OLD}/2019/"
NUMBER = 32


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("operated")
    # The scheduled sweep would repair the damage before the operator does.
    with running_stack(folder, SWEEP_GRACE_SECONDS="1", SWEEP_SECONDS="3600,3600") as stack:
        for bucket in (OLD, "darkroom-dev-uploads"):
            stack.s3().create_bucket(Bucket=bucket)
        yield stack


@pytest.fixture(scope="module")
def operator(stack: Stack) -> Operator:
    made = Operator(stack)
    made.environment["SWEEP_GRACE_SECONDS"] = "1"
    return made


@pytest.fixture
def client(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)


@pytest.fixture(scope="module")
def imported(operator: Operator) -> list[Any]:
    """Many objects of another bucket, imported in three runs: Ctrl-C, a kill, and to the end."""
    for number in range(NUMBER):
        name = f"2019/{number % 4}/{number}.txt"
        operator.stack.s3().put_object(Bucket=OLD, Key=name, Body=b"no picture")
    runs: list[Any] = [
        operator.interrupt(signal.SIGINT, 5, "backfill", SOURCE, "--concurrency", "1"),
        operator.interrupt(signal.SIGKILL, 20, "backfill", SOURCE, "--concurrency", "1"),
        operator.run("backfill", SOURCE, "--json"),
    ]
    until(lambda: operator.is_idle() and operator.statuses()["rejected"] == NUMBER)
    return runs


def image(client: ApiClient, key: str) -> dict[str, Any]:
    return client.image(keys.derived_image_id(UPLOADS_BUCKET, key))


def picture(stack: Stack, client: ApiClient, key: str) -> dict[str, Any]:
    """Upload a picture and wait until it is ready."""
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(64, 48))
    until(lambda: image(client, key).get("status") == "ready")
    return image(client, key)


def test_an_interrupted_backfill_says_how_to_continue(imported: list[Any]) -> None:
    stopped = imported[0]
    assert stopped.code == 130
    assert "Stopped. The same command continues from here." in stopped.out


def test_a_backfill_continues_where_it_was_killed(imported: list[Any]) -> None:
    _, killed, last = imported
    assert killed.code == -signal.SIGKILL
    assert "Continuing where it was stopped." in last.err
    assert last.result["copied"] + last.result["known"] == NUMBER


def test_an_interrupted_backfill_loses_and_repeats_nothing(
    operator: Operator, imported: list[Any]
) -> None:
    assert imported[2].code == 0
    assert sorted(operator.tries().values()) == [1] * NUMBER


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("source", [SOURCE, f"s3://{UPLOADS_BUCKET}"])
def test_a_complete_backfill_finds_nothing_to_do(operator: Operator, source: str) -> None:
    result = operator.run("backfill", source, "--json").result
    assert (result["asked_for"], result["copied"]) == (0, 0)
    assert result["known"] == result["found"] >= NUMBER


@pytest.mark.usefixtures("imported")
def test_a_terminal_shows_a_backfills_progress_rate_and_time_left(
    operator: Operator,
) -> None:
    seen = operator.see("backfill", SOURCE, "--dry-run")
    assert re.search(rf"backfill .*{NUMBER}/{NUMBER} [\d,]+/s 0:00:00", seen)
    assert f"{NUMBER}  already imported" in seen


def test_a_lost_table_is_rebuilt(operator: Operator, stack: Stack, client: ApiClient) -> None:
    before = picture(stack, client, "rebuilt.jpg")
    operator.lose_rows()
    found = operator.run("rebuild-table", "--json").result
    assert found["manifests"] == found["restored"] > 0
    assert found["asked_for"] == 0
    *history, last = image(client, "rebuilt.jpg").pop("history")
    assert {**image(client, "rebuilt.jpg"), "history": history} == before
    assert last["event"] == "restored"


def test_requests_for_objects_without_an_image_survive_a_kill(
    operator: Operator, stack: Stack
) -> None:
    names = [f"own/{number}.txt" for number in range(20)]
    ids = {keys.derived_image_id(UPLOADS_BUCKET, name) for name in names}
    for name in names:
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=name, Body=b"no picture")
    until(lambda: operator.is_idle() and ids <= operator.tries().keys())
    operator.lose_rows(ids)
    verb = ("backfill", f"s3://{UPLOADS_BUCKET}/own/", "--concurrency", "1", "--json")
    assert operator.interrupt(signal.SIGKILL, 5, *verb).code == -signal.SIGKILL
    assert operator.run(*verb).result["found"] == len(names)
    until(lambda: operator.is_idle() and ids <= operator.tries().keys())


def test_failed_images_are_shown_and_sent_again(
    operator: Operator, stack: Stack, client: ApiClient
) -> None:
    image_before = picture(stack, client, "failed.jpg")
    event = {"Records": [{"s3": {"object": {"key": "failed.jpg"}}}]}
    stack.client("dynamodb").update_item(
        TableName=IMAGES_TABLE,
        Key={"id": {"S": image_before["id"]}, "entry": {"S": "image"}},
        UpdateExpression="SET #s = :failed, unfinished = :key, lost_event = :event, detail = :d",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={
            ":failed": {"S": Status.FAILED},
            ":key": {"S": unfinished_keys(Status.FAILED)[0]},
            ":event": {"S": json.dumps(event)},
            ":d": {"S": "It failed."},
        },
    )
    (shown,) = operator.run("redrive", "--dry-run", "--json").result["images"]
    assert (shown["id"], shown["cause"], shown["lost"]) == (image_before["id"], "It failed.", event)
    assert image(client, "failed.jpg")["status"] == "failed"
    assert operator.run("redrive", "--limit", "1", "--json").result["sent"] == 1
    until(lambda: image(client, "failed.jpg")["status"] == "ready")
    assert image(client, "failed.jpg")["history"][-2]["detail"] == "redrive"


def test_an_image_is_processed_again(operator: Operator, stack: Stack, client: ApiClient) -> None:
    image_before = picture(stack, client, "again.jpg")
    assert operator.run("reprocess", image_before["id"], "--json").result["asked_for"] == 1
    begun = len(image_before["history"])
    until(lambda: len(image(client, "again.jpg")["history"]) == begun + 2)
    processing, ready = image(client, "again.jpg")["history"][begun:]
    assert (processing["detail"], ready["event"]) == ("reprocess", "ready")


def test_with_an_unchanged_variants_table_nothing_is_missing(
    operator: Operator, stack: Stack, client: ApiClient
) -> None:
    picture(stack, client, "present.jpg")
    result = operator.run("reprocess", "--only-missing", "--json").result
    assert (result["asked_for"], result["unchanged"] > 0) == (0, True)


def test_the_sweep_repairs_what_was_lost_since_the_last_one(
    operator: Operator, stack: Stack, client: ApiClient
) -> None:
    lost = picture(stack, client, "swept.jpg")["processed_files"][0]
    assert operator.run("sweep", "--json").result["complete"]
    stack.s3().delete_object(Bucket=IMAGES_BUCKET, Key=lost)
    until(lambda: operator.run("sweep", "--json").result["incomplete"])
    until(lambda: stack.s3().list_objects_v2(Bucket=IMAGES_BUCKET, Prefix=lost)["KeyCount"])


@pytest.mark.parametrize(
    ("bucket", "sentence"),
    [
        (IMAGES_BUCKET, "contains renditions"),
        ("no-such-bucket", "There is no bucket no-such-bucket."),
    ],
)
def test_a_bucket_that_cannot_be_imported_is_refused(
    operator: Operator, bucket: str, sentence: str
) -> None:
    outcome = operator.run("backfill", f"s3://{bucket}")
    assert (outcome.code, sentence in outcome.err) == (1, True)


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        ("admin", "The stage dev has no table darkroom-dev-images in us-east-1."),
        ("cdn", "This identity lacks the permission for HeadBucket."),
    ],
)
def test_a_stage_is_found_by_its_recorded_deployment(
    operator: Operator, stack: Stack, profile: str, sentence: str
) -> None:
    outcome = operator.run(
        *("backfill", SOURCE, "--stage", "dev", "--region", "us-east-1"),
        AWS_ENDPOINT_URL=stack.aws_address,
        AWS_ENDPOINT_URL_S3=stack.s3_address,
        AWS_SHARED_CREDENTIALS_FILE=str(stack.credentials),
        AWS_PROFILE=profile,
    )
    assert (outcome.code, sentence in outcome.err) == (1, True)
