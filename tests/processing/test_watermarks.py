"""Watermarks from the images bucket."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image as Pictures

from chalicelib.errors import ReadRefused, SettingsError, TransientError
from chalicelib.model.image import Status
from chalicelib.model.search import Query
from chalicelib.model.variants import (
    Marks,
    Variant,
    VariantsTable,
    Watermark,
    load_variants,
    rules_of,
)
from chalicelib.processing.identity import image_id_of
from chalicelib.processing.watermarks import Watermarks
from chalicelib.wiring import Wiring
from tests.builders import caller, put, version
from tests.fakes.objects import MemoryObjects
from tests.pictures import encoded, jpeg

KEY = "watermarks/logo.png"
MARKED = (Variant(name="v", width=100, watermark=Watermark(object=KEY)),)
RED = encoded(Pictures.new("RGB", (20, 20), "red"), "PNG")
BLUE = encoded(Pictures.new("RGB", (20, 20), "blue"), "PNG")


class CountingObjects(MemoryObjects):
    def __init__(self, *faults: Exception) -> None:
        super().__init__()
        self.reads = 0
        self.faults = list(faults)

    def read(self, bucket: str, key: str, at_most: int) -> Any:
        self.reads += 1
        if self.faults:
            raise self.faults.pop(0)
        return super().read(bucket, key, at_most)


def stored(objects: MemoryObjects, data: bytes = RED) -> MemoryObjects:
    objects.write("test-images", KEY, data, content_type="image/png", cache_control="")
    return objects


def watermarks(objects: MemoryObjects) -> Watermarks:
    return Watermarks(objects, "test-images", MARKED, {"file.png": b"shipped"})


@pytest.fixture
def wiring(application: ModuleType) -> Wiring:
    """An application with one variant, which has a watermark in the bucket, and one original."""
    found: Wiring = application.wiring
    found.table = VariantsTable(variants=MARKED)
    put(found, jpeg(), "cat.jpg")
    return found


def test_objects_and_files_are_both_loaded() -> None:
    assert watermarks(stored(MemoryObjects())).all() == {"file.png": b"shipped", KEY: RED}


def test_an_object_is_read_once_at_its_first_use() -> None:
    objects = CountingObjects()
    marks = watermarks(stored(objects))
    assert objects.reads == 0
    assert marks.all() is marks.all()
    assert objects.reads == 1


def test_a_failed_read_is_retried_at_the_next_use() -> None:
    marks = watermarks(stored(CountingObjects(TransientError("S3 is temporarily unavailable."))))
    with pytest.raises(TransientError):
        marks.all()
    assert marks.all()[KEY] == RED


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        (MemoryObjects(), "not in the images bucket"),
        (CountingObjects(ReadRefused(KEY)), "cannot be read"),
        (stored(MemoryObjects(), b"GIF89a"), "not a PNG"),
        (stored(MemoryObjects(), bytes(10_000_001)), "10,000,000 bytes"),
    ],
    ids=["missing", "refused", "no PNG", "too large"],
)
def test_an_unusable_object_is_named(objects: MemoryObjects, message: str) -> None:
    with pytest.raises(SettingsError, match=f"{KEY}.*{message}"):
        watermarks(objects).all()


def rules(marks: Marks) -> dict[str, str]:
    return rules_of(MARKED, marks, None, keep_credits=False)


def test_the_rule_changes_with_the_object() -> None:
    marks = [watermarks(stored(MemoryObjects(), data)).all() for data in (RED, BLUE)]
    assert rules(marks[0]) != rules(marks[1])


def test_the_object_is_laid_over_the_renditions(wiring: Wiring) -> None:
    stored(wiring.objects)  # type: ignore[arg-type]
    done = wiring.processor.process(version("cat.jpg"))
    assert done is not None
    assert done.processing.rules == rules({KEY: RED})
    assert done.status is Status.READY


def test_without_its_watermark_no_image_is_processed_or_rejected(wiring: Wiring) -> None:
    with pytest.raises(SettingsError, match=KEY):
        wiring.processor.process(version("cat.jpg"))
    assert wiring.images.get(image_id_of(version("cat.jpg"), wiring.images)) is None


def test_starting_the_application_reads_no_object(wiring: Wiring) -> None:
    objects = CountingObjects()
    wiring.objects = objects
    assert wiring.watermarks == {}
    assert wiring.library.list(caller(), None, Query(), 5, None).images == []
    assert objects.reads == 0


def test_deleting_an_image_keeps_the_watermark(wiring: Wiring) -> None:
    stored(wiring.objects)  # type: ignore[arg-type]
    done = wiring.processor.process(version("cat.jpg"))
    assert done is not None
    assert wiring.deleter.erase(done).verified
    assert wiring.objects.exists("test-images", KEY)


@pytest.mark.parametrize(
    "mark",
    [
        "",
        f"file = 'a.png', object = '{KEY}'",
        "object = 'uploads/logo.png'",
        "object = 'watermarks/../logo.png'",
        "object = 'watermarks/a/b.png'",
    ],
)
def test_a_watermark_is_one_file_or_one_object_below_its_prefix(mark: str, tmp_path: Path) -> None:
    table = tmp_path / "variants.toml"
    table.write_text(f"[v]\nwidth = 9\nwatermark = {{{mark}}}\n")
    with pytest.raises(SettingsError):
        load_variants(table)
