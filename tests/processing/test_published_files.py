"""Stable URLs show the current renditions, whatever becomes of image and table."""

import pytest
from msgspec.structs import replace

from chalicelib.model import delivery
from chalicelib.model.delivery import StableFile, WidthFile
from chalicelib.model.image import Image
from chalicelib.model.requests import ProcessingRequest
from chalicelib.model.variants import Variant, VariantsTable, load_table
from chalicelib.wiring import Wiring
from tests.builders import processed, version
from tests.fakes.objects import MemoryObjects, StoredFile
from tests.pictures import jpeg

IMAGES = "test-images"


def stored(wiring: Wiring, key: str) -> StoredFile | None:
    objects = wiring.objects
    assert isinstance(objects, MemoryObjects)
    return objects.kept.get((IMAGES, key))


def stable(wiring: Wiring, image: Image, variant: str, extension: str = "webp") -> bytes | None:
    found = stored(wiring, delivery.file_key(image.id, StableFile(variant, extension)))
    return found.data if found else None


def rendition(wiring: Wiring, image: Image, variant: str) -> bytes:
    (key,) = [r.key for r in image.renditions if r.variant == variant]
    found = stored(wiring, key)
    assert found is not None
    return found.data


def with_variants(wiring: Wiring, *variants: Variant) -> None:
    """The same stores after a deployment with another table."""
    wiring.table = VariantsTable(variants=variants)
    for name in ("renderer", "published_files", "processor", "delivery", "sweeper"):
        wiring.__dict__.pop(name, None)


def reprocessed(wiring: Wiring, sequencer: str = "A1") -> Image:
    request = ProcessingRequest(forced=True, only_missing=True)
    done = wiring.processor.process(version(sequencer=sequencer), request)
    assert done is not None
    return done


def on_demand(wiring: Wiring, image: Image) -> str:
    key = delivery.file_key(image.id, WidthFile(320, "0123abcd", "webp"))
    wiring.objects.write(IMAGES, key, b"small", content_type="image/webp", cache_control="")
    return key


def test_each_rendition_is_published_when_the_image_is_ready(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    names = [v.name for v in load_table().variants]
    assert [stable(wiring, done, name) for name in names] == [
        rendition(wiring, done, name) for name in names
    ]


def test_a_published_file_is_cached_for_minutes(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    found = stored(wiring, delivery.file_key(done.id, StableFile("mobile", "webp")))
    assert found is not None
    assert (found.cache_control, found.content_type) == ("public, max-age=300", "image/webp")
    assert 'filename="cat-mobile.webp"' in found.content_disposition


def test_a_new_original_replaces_what_is_published(wiring: Wiring) -> None:
    processed(wiring, jpeg(seed=1))
    done = processed(wiring, jpeg(seed=2), "A2")
    assert stable(wiring, done, "mobile") == rendition(wiring, done, "mobile")


def test_a_changed_variant_replaces_what_is_published(wiring: Wiring) -> None:
    before = processed(wiring, jpeg())
    with_variants(wiring, Variant(name="mobile", width=100))
    done = reprocessed(wiring)
    assert stable(wiring, done, "mobile") == rendition(wiring, done, "mobile")
    assert stable(wiring, done, "mobile") != rendition(wiring, before, "mobile")


def test_the_url_of_a_removed_variant_shows_the_largest_rendition(wiring: Wiring) -> None:
    processed(wiring, jpeg())
    with_variants(wiring, Variant(name="large", width=400), Variant(name="small", width=50))
    done = reprocessed(wiring)
    assert stable(wiring, done, "thumbnail") == rendition(wiring, done, "large")


def test_the_url_of_a_removed_format_shows_a_simpler_one(wiring: Wiring) -> None:
    with_variants(wiring, Variant(name="mobile", width=100, formats=("avif", "jpeg")))
    processed(wiring, jpeg())
    with_variants(wiring, Variant(name="mobile", width=100, formats=("jpeg",)))
    done = reprocessed(wiring)
    assert stable(wiring, done, "mobile", "avif") == rendition(wiring, done, "mobile")
    found = stored(wiring, delivery.file_key(done.id, StableFile("mobile", "avif")))
    assert found is not None
    assert found.content_type == "image/jpeg"


def test_a_url_that_nothing_can_stand_in_for_is_withdrawn(wiring: Wiring) -> None:
    with_variants(wiring, Variant(name="mobile", width=100, formats=("jpeg",)))
    processed(wiring, jpeg())
    with_variants(wiring, Variant(name="mobile", width=100, formats=("avif",)))
    done = reprocessed(wiring)
    assert stable(wiring, done, "mobile", "jpg") is None


def test_nothing_is_published_of_a_rejected_original(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    processed(wiring, b"no image", "A2")
    assert stable(wiring, done, "mobile") is None


def test_sizes_of_a_former_original_are_erased(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(seed=1))
    key = on_demand(wiring, done)
    processed(wiring, jpeg(seed=2), "A2")
    assert stored(wiring, key) is None


def test_sizes_around_a_former_focal_point_are_erased(wiring: Wiring) -> None:
    from chalicelib.model.focal_point import FocalPoint

    done = processed(wiring, jpeg())
    key = on_demand(wiring, done)
    request = ProcessingRequest(forced=True, focal_point=FocalPoint(x=0.1, y=0.1))
    wiring.processor.process(version(), request)
    assert stored(wiring, key) is None


def test_sizes_stay_if_only_the_variants_have_changed(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    key = on_demand(wiring, done)
    with_variants(wiring, Variant(name="mobile", width=100))
    reprocessed(wiring)
    assert stored(wiring, key) is not None


def test_a_slower_worker_leaves_what_the_faster_one_has_published(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(seed=1))
    second = processed(wiring, jpeg(seed=2), "A2")
    wiring.published_files.publish(replace(second, renditions=first.renditions))  # it was late
    wiring.processor.clean_up_after(first.id)
    assert stable(wiring, second, "mobile") == rendition(wiring, second, "mobile")


@pytest.mark.parametrize("missing", ["mobile", "thumbnail"])
def test_files_are_current_only_if_all_are_there(wiring: Wiring, missing: str) -> None:
    done = processed(wiring, jpeg())
    files = wiring.objects.page(IMAGES, "", 1_000)
    assert wiring.published_files.is_current(done, files)
    key = delivery.file_key(done.id, StableFile(missing, "webp"))
    assert not wiring.published_files.is_current(done, [f for f in files if f.key != key])


def test_erasing_an_image_erases_all_of_its_published_files(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    on_demand(wiring, done)
    assert wiring.deleter.erase(done).verified
    assert list(wiring.objects.list_keys(IMAGES, done.id)) == []
