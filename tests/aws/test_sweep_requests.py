"""The requests of a sweep, counted at DynamoDB Local."""

from collections import Counter
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from chalicelib.aws import clients, items
from chalicelib.model.image import Status
from chalicelib.model.keys import derived_image_id
from chalicelib.wiring import Wiring
from tests.aws.stores import DynamoTable
from tests.builders import NOON, image
from tests.fakes.objects import MemoryObjects

FAILED = 3_000


class CountedObjects(MemoryObjects):
    """Objects in memory, and how often they are looked at."""

    def __init__(self) -> None:
        super().__init__(lambda: NOON)
        self.requests: Counter[str] = Counter()

    def exists(self, bucket: str, key: str) -> bool:
        self.requests["HeadObject"] += 1
        return super().exists(bucket, key)

    def page(self, bucket: str, after: str, limit: int) -> Any:
        self.requests["ListObjectsV2"] += 1
        return super().page(bucket, after, limit)


@pytest.fixture
def wiring(application: ModuleType, dynamodb_table: DynamoTable) -> Wiring:
    """A sweep over a table with failed images and their originals."""
    wiring: Wiring = application.wiring
    wiring.images = wiring.index = wiring.bookmarks = wiring.outbox = dynamodb_table
    wiring.objects = CountedObjects()
    wiring.clock = lambda: NOON + timedelta(hours=1)
    keys = [f"imported/{number:05d}.jpg" for number in range(FAILED)]
    for first in range(0, FAILED, 25):
        puts = [{"PutRequest": {"Item": failed(key)}} for key in keys[first : first + 25]]
        clients.dynamodb().batch_write_item(RequestItems={dynamodb_table._name: puts})
    for key in keys:
        wiring.objects.write("test-uploads", key, b"", content_type="", cache_control="")
    return wiring


def failed(key: str) -> dict[str, Any]:
    number = int(key[9:14])
    at = NOON + timedelta(milliseconds=number)
    image_id = derived_image_id("test-uploads", key)
    fields = {"id": image_id, "status": Status.FAILED, "original_file": key, "etag": "e"}
    return items.record_item(image(**fields, created_at=at, updated_at=at, revision=1))


def requests_of_a_run(wiring: Wiring) -> Counter[str]:
    """The requests of a run in which all scans rest."""
    wiring.sweeper.run(lambda: 1e6, at_once=True)
    objects = wiring.objects
    assert isinstance(objects, CountedObjects)
    objects.requests.clear()
    counts: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        counts[model.name] += 1

    clients.dynamodb().meta.events.register("before-call.dynamodb", count)
    wiring.sweeper.run(lambda: 1e6)
    clients.dynamodb().meta.events.unregister("before-call.dynamodb", count)
    return counts + objects.requests


def test_a_run_has_no_more_requests_for_three_thousand_failed_images(wiring: Wiring) -> None:
    requests = requests_of_a_run(wiring)
    # Five statuses, in the past and in the future, with eight keys each; four bookmarks.
    assert requests == {"Query": 80, "GetItem": 4}
