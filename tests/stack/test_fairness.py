"""One owner's requests neither run up the bill nor delay another owner: a stack with one worker."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.e2e.client import ApiClient
from tests.environment import NO_LIMITS
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.waiting import GENEROUS, until

CALLS = 300
LARGE = (800, 600)
FEW = 3  # jobs: those that the worker had, and had received, when the other's upload arrived


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("fairness")
    with running_stack(folder, AUTH_MODE="token", WORKERS="1", **UPLOADS_ONLY) as stack:
        yield stack


UPLOADS_ONLY = {name: text for name, text in NO_LIMITS.items() if "PROCESSINGS" not in name}


@pytest.fixture(scope="module")
def ann(stack: Stack) -> ApiClient:
    return ApiClient(stack.api, stack.token("ann"))


@pytest.fixture(scope="module")
def bob(stack: Stack) -> ApiClient:
    return ApiClient(stack.api, stack.token("bob"))


def reprocess(client: ApiClient, image_id: str, **body: Any) -> requests.Response:
    address = f"{client.api}/images/{image_id}/reprocess"
    return requests.post(address, json=body, headers=client.headers, timeout=GENEROUS)


def lines(client: ApiClient, image_id: str) -> Counter[str]:
    """How often each event is in the image's history."""
    return Counter(line["event"] for line in client.image(image_id)["history"])


def finished_within(client: ApiClient, images: list[str], start: str, end: str) -> int:
    """How many of these images became ready in this time."""
    found = [line for image_id in images for line in client.image(image_id)["history"]]
    return sum(line["event"] == "ready" and start < line["at"] < end for line in found)


def bobs_upload(bob: ApiClient) -> tuple[str, str]:
    """When an upload of another owner was requested, and when it was ready."""
    image = bob.finished(bob.upload(jpeg(80, 60, seed=9)))
    (ready,) = (line["at"] for line in image["history"] if line["event"] == "ready")
    bob_id = image["id"]
    requests.delete(f"{bob.api}/images/{bob_id}", headers=bob.headers, timeout=GENEROUS)
    return image["created_at"], ready


def test_twenty_uploads_of_one_owner_delay_anothers_by_a_few_jobs(
    ann: ApiClient, bob: ApiClient
) -> None:
    pictures = [jpeg(*LARGE, seed=number) for number in range(20)]
    images = [ann.upload(data) for data in pictures]
    start, end = bobs_upload(bob)
    for image_id in images:
        ann.finished(image_id)
    assert finished_within(ann, images, start, end) <= FEW


def test_of_300_requests_for_an_image_only_those_that_differ_are_queued(ann: ApiClient) -> None:
    image = ann.finished(ann.upload(jpeg(800, 600, seed=50)))["id"]
    before = lines(ann, image)["processing"]
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: reprocess(ann, image).status_code, range(CALLS)))
    until(lambda: lines(ann, image)["ready"] == lines(ann, image)["processing"])
    assert set(statuses) <= {202, 429}
    assert lines(ann, image)["processing"] - before <= 40  # two minutes' limit


def test_of_300_requests_for_many_images_few_are_accepted_and_another_owner_is_not_delayed(
    ann: ApiClient, bob: ApiClient
) -> None:
    images = [image["id"] for image in ann.all_images()]
    with ThreadPoolExecutor(8) as threads:
        responses = list(
            threads.map(lambda number: reprocess(ann, images[number % 20]), range(CALLS))
        )
    start, end = bobs_upload(bob)
    refused = [response for response in responses if response.status_code == 429]
    assert refused
    assert all(int(response.headers["Retry-After"]) <= 60 for response in refused)
    assert finished_within(ann, images, start, end) <= FEW


def test_a_call_that_processes_at_once_is_limited_too(stack: Stack) -> None:
    client = ApiClient(stack.api, stack.token("cy"))
    key = client.finished(client.upload(jpeg(80, 60, seed=70)))["original_file"]

    def process(_: int) -> int:
        body = {"bucket": "darkroom-uploads", "key": key}
        address = f"{client.api}/images"
        return requests.post(
            address, json=body, headers=client.headers, timeout=GENEROUS
        ).status_code

    statuses = Counter(process(number) for number in range(60))
    assert statuses.keys() == {200, 429}
    assert statuses[200] <= 40


def test_an_admin_has_no_limit(stack: Stack, ann: ApiClient) -> None:
    admin = ApiClient(stack.api, stack.token("root", "--scopes", "admin"))
    image = ann.all_images()[0]["id"]
    points = [{"x": number / 100, "y": 0.5} for number in range(45)]
    statuses = {reprocess(admin, image, focal_point=point).status_code for point in points}
    assert statuses == {202}


def test_the_stack_refuses_a_second_form_with_the_same_ticket(stack: Stack) -> None:
    client = ApiClient(stack.api, stack.token("dan"))
    first, second = jpeg(80, 60, seed=80), jpeg(80, 60, seed=81)
    ticket = client.ticket(first, sha256=None, size=100_000)
    assert client.post(ticket, first).status_code == 204
    image = client.finished(ticket["image_id"])
    for _ in range(59):
        assert client.post(ticket, second).status_code == 204
    until(lambda: lines(client, image["id"])["refused"] == 1)
    done = client.finished(client.upload(jpeg(80, 60, seed=82)))  # all earlier tasks are done
    assert done["status"] == "ready"
    assert lines(client, image["id"])["processing"] == 1
    assert client.image(image["id"])["sha256"] == image["sha256"]
