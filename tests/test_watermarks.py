"""Watermarks from the images bucket."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image as Pictures

from chalicelib.errors import PassingFault, ReadRefused, SettingsError
from chalicelib.records import Status
from chalicelib.variants import Marks, Variant, Watermark, load_variants, rules_of
from chalicelib.watermarks import Watermarks
from chalicelib.wiring import Wiring
from tests.builders import put, version
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
    """An application whose one variant has a watermark in the bucket, and one original."""
    found: Wiring = application.wiring
    found.variants = MARKED
    put(found, jpeg(), "cat.jpg")
    return found


def test_an_object_is_there_beside_the_files() -> None:
    assert watermarks(stored(MemoryObjects())).all() == {"file.png": b"shipped", KEY: RED}


def test_an_object_is_read_at_the_first_use_and_only_then() -> None:
    objects = CountingObjects()
    marks = watermarks(stored(objects))
    assert objects.reads == 0
    assert marks.all() is marks.all()
    assert objects.reads == 1


def test_a_store_that_was_away_is_asked_again() -> None:
    marks = watermarks(stored(CountingObjects(PassingFault("S3 cannot answer right now."))))
    with pytest.raises(PassingFault):
        marks.all()
    assert marks.all()[KEY] == RED


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        (MemoryObjects(), "not in the images bucket"),
        (CountingObjects(ReadRefused(KEY)), "may not be read"),
        (stored(MemoryObjects(), b"GIF89a"), "not a PNG"),
        (stored(MemoryObjects(), bytes(10_000_001)), "10,000,000 bytes"),
    ],
    ids=["missing", "refused", "no PNG", "too large"],
)
def test_an_object_that_cannot_be_used_is_named(objects: MemoryObjects, said: str) -> None:
    with pytest.raises(SettingsError, match=f"{KEY}.*{said}"):
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
    assert done.rules == rules({KEY: RED})
    assert done.status is Status.READY


def test_without_its_watermark_no_picture_is_begun_or_rejected(wiring: Wiring) -> None:
    with pytest.raises(SettingsError, match=KEY):
        wiring.processor.process(version("cat.jpg"))
    assert wiring.table.get(wiring.processor.identify(version("cat.jpg"))) is None


def test_the_start_of_the_application_reads_no_object(wiring: Wiring) -> None:
    objects = CountingObjects()
    wiring.objects = objects
    assert wiring.watermarks == {}
    assert wiring.library.list("everyone", None, 5, None).images == []
    assert objects.reads == 0


def test_erasing_an_image_leaves_the_watermark(wiring: Wiring) -> None:
    stored(wiring.objects)  # type: ignore[arg-type]
    done = wiring.processor.process(version("cat.jpg"))
    assert done is not None
    assert wiring.eraser.erase(done).verified
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
