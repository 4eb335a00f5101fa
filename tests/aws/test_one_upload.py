"""One ticket and sixty uploads, on SeaweedFS with versions and on DynamoDB Local."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from msgspec.structs import replace

from chalicelib.aws import clients
from chalicelib.aws.images import DynamoImages
from chalicelib.aws.objects import S3Objects
from chalicelib.aws.quotas import DynamoQuotaCounters
from chalicelib.aws.signing import S3Signer
from chalicelib.lambda_events import object_versions
from chalicelib.model.image import Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.uploads.tickets import PostTicket, PutTicket
from chalicelib.wiring import Wiring
from tests.aws.stores import DynamoTable
from tests.conftest import with_fakes
from tests.environment import SETTINGS
from tests.pictures import jpeg
from tests.waiting import GENEROUS

UPLOADS, IMAGES = "versioned-uploads", "test-images"
TIMES = 60


@pytest.fixture
def wiring(s3_objects: S3Objects, dynamodb_table: DynamoTable) -> Wiring:
    """The application on real stores; its queue and bus are fakes."""
    present = {bucket["Name"] for bucket in clients.s3().list_buckets()["Buckets"]}
    for bucket in {UPLOADS, IMAGES} - present:
        clients.s3().create_bucket(Bucket=bucket)
    versioned: Any = {"Status": "Enabled"}
    clients.s3().put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration=versioned)
    table = dynamodb_table._name
    stores = {"UPLOADS_BUCKET": UPLOADS, "IMAGES_BUCKET": IMAGES, "IMAGES_TABLE": table}
    wiring = with_fakes(Wiring.from_environment({**SETTINGS, **stores, "AUTH_MODE": "token"}))
    wiring.objects = s3_objects
    wiring.images = DynamoImages(table)
    wiring.quota_counters = DynamoQuotaCounters(table)
    wiring.signer = S3Signer(UPLOADS)
    return wiring


def files() -> list[bytes]:
    """Sixty different pictures."""
    return [jpeg(64, 48, seed=number) for number in range(TIMES)]


def posted(ticket: PostTicket, data: bytes) -> requests.Response:
    files = {"file": ("file", data)}
    return requests.post(ticket.url, data=ticket.fields, files=files, timeout=GENEROUS)


def sent(ticket: PutTicket, data: bytes) -> requests.Response:
    headers = {name: text for name, text in ticket.headers.items() if name != "Content-Length"}
    return requests.put(ticket.upload_url, data=data, headers=headers, timeout=GENEROUS)


def event(number: int, key: str, answer: requests.Response) -> dict[str, Any]:
    """The S3 event of an upload."""
    described = {
        "key": key,
        "size": 1,
        "eTag": answer.headers["ETag"].strip('"'),
        "versionId": answer.headers["x-amz-version-id"],
        "sequencer": f"{number:016X}",
    }
    return {"Records": [{"s3": {"bucket": {"name": UPLOADS}, "object": described}}]}


def process(wiring: Wiring, document: dict[str, Any]) -> None:
    for version in object_versions(document):
        wiring.processor.process(version)


def check_one_is_left(wiring: Wiring, image_id: str, key: str) -> None:
    """One image, one processing, one version, which is the one that was processed."""
    image = wiring.images.get(image_id)
    assert image
    events = Counter(line.event for line in wiring.images.history(image_id))
    ((version,),) = wiring.objects.versions(UPLOADS, key)
    assert (image.status, events["processing"], version.id) == (
        Status.READY,
        1,
        image.processing.version_id,
    )
    assert wiring.objects.read(UPLOADS, key, 1_000_000).etag == image.processing.etag


@pytest.mark.parametrize("threads", [1, 16])
def test_of_sixty_forms_with_one_ticket_one_is_left(wiring: Wiring, threads: int) -> None:
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 20_000, None)
    assert isinstance(ticket, PostTicket)
    key = ticket.fields["key"]
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda data: posted(ticket, data), files()))
        assert {answer.status_code for answer in answers} == {204}
        events = [event(number, key, answer) for number, answer in enumerate(answers)]
        list(pool.map(lambda document: process(wiring, document), events))
    check_one_is_left(wiring, ticket.image_id, key)


def test_of_sixty_forms_processed_one_after_the_other_the_first_is_left(wiring: Wiring) -> None:
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 20_000, None)
    assert isinstance(ticket, PostTicket)
    key = ticket.fields["key"]
    first, *_ = contents = files()
    for number, data in enumerate(contents):
        process(wiring, event(number, key, posted(ticket, data)))
    check_one_is_left(wiring, ticket.image_id, key)
    assert wiring.objects.read(UPLOADS, key, 1_000_000).data == first


@pytest.mark.parametrize("threads", [1, 16])
def test_of_sixty_puts_with_one_ticket_one_is_accepted(wiring: Wiring, threads: int) -> None:
    ticket = wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    key = requests.utils.unquote(requests.utils.urlparse(ticket.upload_url).path)
    key = key.removeprefix(f"/{UPLOADS}/")
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda data: sent(ticket, data), files()))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: TIMES - 1}
    (accepted,) = [answer for answer in answers if answer.ok]
    process(wiring, event(1, key, accepted))
    check_one_is_left(wiring, ticket.image_id, key)


def test_a_form_sent_again_because_its_answer_was_lost_is_one_image(wiring: Wiring) -> None:
    data = jpeg(64, 48)
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", len(data), None)
    assert isinstance(ticket, PostTicket)
    key = ticket.fields["key"]
    answers = [posted(ticket, data), posted(ticket, data)]
    for number in (1, 0):  # the events in the other order
        process(wiring, event(number, key, answers[number]))
    check_one_is_left(wiring, ticket.image_id, key)


def test_a_version_whose_event_was_lost_goes_when_the_image_is_processed_again(
    wiring: Wiring,
) -> None:
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 20_000, None)
    assert isinstance(ticket, PostTicket)
    key = ticket.fields["key"]
    first, second, *_ = files()
    process(wiring, event(1, key, posted(ticket, first)))
    posted(ticket, second)
    done = wiring.processor.reprocess(ReprocessRequest(image_id=ticket.image_id))
    assert done
    ((version,),) = wiring.objects.versions(UPLOADS, key)
    assert version.id == done.processing.version_id
    assert wiring.objects.read(UPLOADS, key, 1_000_000).data == first


def test_a_later_version_that_is_too_large_does_not_take_the_place_of_the_accepted_one(
    wiring: Wiring,
) -> None:
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 20_000, None)
    assert isinstance(ticket, PostTicket)
    key, data = ticket.fields["key"], jpeg(64, 48)
    accepted = event(1, key, posted(ticket, data))
    too_large = bytes(wiring.settings.max_upload_bytes + 1)
    clients.s3().put_object(Bucket=UPLOADS, Key=key, Body=too_large)
    process(wiring, accepted)
    check_one_is_left(wiring, ticket.image_id, key)
    assert wiring.objects.read(UPLOADS, key, 1_000_000).data == data


def test_an_upload_that_is_too_large_remains_the_only_one_of_its_ticket(wiring: Wiring) -> None:
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 20_000, None)
    assert isinstance(ticket, PostTicket)
    key, answer = ticket.fields["key"], posted(ticket, jpeg(64, 48))
    wiring.settings = replace(wiring.settings, max_upload_bytes=10)
    process(wiring, event(1, key, answer))
    process(wiring, event(2, key, answer))  # S3 may send an event again, under another number
    ((version,),) = wiring.objects.versions(UPLOADS, key)
    assert version.id == answer.headers["x-amz-version-id"]
