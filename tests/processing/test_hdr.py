"""HDR renditions through an image's life: published, reprocessed, edited, hidden."""

import pytest
from msgspec.structs import replace

from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.gain_map import find
from chalicelib.model import delivery
from chalicelib.model.delivery import StableFile, WidthFile
from chalicelib.model.image import Image, Visibility
from chalicelib.model.variants import Variant
from chalicelib.views import image_view
from chalicelib.wiring import Wiring
from tests import pictures
from tests.builders import processed
from tests.imaging.hdr_files import hdr_photo
from tests.processing.test_edits import BOX, change
from tests.processing.test_focal_points import process_queue
from tests.processing.test_published_files import reprocessed, stable, with_variants

LARGE = Variant(name="large", width=300, hdr=True)
SMALL = Variant(name="small", width=100)


def has_gain_map(data: bytes | None) -> bool:
    assert data is not None
    return find(data, jpeg.inspect(data)) is not None


def formats(image: Image) -> list[tuple[str, str, bool]]:
    return [(r.variant, r.format, r.hdr) for r in image.renditions]


@pytest.fixture
def image(wiring: Wiring) -> Image:
    with_variants(wiring, LARGE, SMALL)
    return processed(wiring, hdr_photo())


def markup_of(wiring: Wiring, image: Image) -> str:
    return image_view.show(image, wiring.settings.public_url, wiring.table).markup or ""


def test_an_hdr_rendition_is_published_and_offered_by_the_markup(
    wiring: Wiring, image: Image
) -> None:
    assert formats(image) == [
        ("large", "webp", False), ("large", "jpeg", True), ("small", "webp", False)
    ]  # fmt: skip
    assert has_gain_map(stable(wiring, image, "large", "jpg"))
    assert f'srcset="https://photos.example/i/{image.id}/large.jpg 300w"' in markup_of(
        wiring, image
    )


def test_another_photo_has_no_hdr_rendition_and_no_such_source(wiring: Wiring) -> None:
    with_variants(wiring, LARGE, SMALL)
    plain = processed(wiring, pictures.jpeg(400, 300))
    assert formats(plain) == [("large", "webp", False), ("small", "webp", False)]
    assert "dynamic-range" not in markup_of(wiring, plain)
    # Clients that show no WebP get a JPEG on demand, as without hdr.
    key = delivery.file_key(plain.id, StableFile("large", "jpg"))
    wiring.delivery.locate(*key.split("/", 2))
    assert not has_gain_map(stable(wiring, plain, "large", "jpg"))


def test_switching_hdr_on_renders_that_variant_and_no_other(wiring: Wiring) -> None:
    with_variants(wiring, replace(LARGE, hdr=False), SMALL)
    before = processed(wiring, hdr_photo())
    with_variants(wiring, LARGE, SMALL)
    after = reprocessed(wiring)
    assert [r for r in after.renditions if not r.hdr] == list(before.renditions)
    assert before.processing.rules["small"] == after.processing.rules["small"]
    assert before.processing.rules["large"] != after.processing.rules["large"]
    assert formats(after)[1] == ("large", "jpeg", True)


@pytest.mark.usefixtures("image")
def test_switching_hdr_off_leaves_no_gain_map_at_the_published_url(wiring: Wiring) -> None:
    with_variants(wiring, replace(LARGE, hdr=False), SMALL)
    after = reprocessed(wiring)
    assert not any(rendition.hdr for rendition in after.renditions)
    key = delivery.file_key(after.id, StableFile("large", "jpg"))
    wiring.delivery.locate(*key.split("/", 2))
    assert not has_gain_map(stable(wiring, after, "large", "jpg"))


def test_a_redaction_withdraws_the_hdr_files_and_makes_new_ones(
    wiring: Wiring, image: Image
) -> None:
    old = [rendition.key for rendition in image.renditions]
    change(wiring, image, edits=(BOX,))
    assert not any(wiring.objects.exists(wiring.settings.images_bucket, key) for key in old)
    assert stable(wiring, image, "large", "jpg") is None
    done = process_queue(wiring)
    assert done.edits == (BOX,)
    assert formats(done) == formats(image)
    assert set(old).isdisjoint(done.processed_files)
    assert has_gain_map(stable(wiring, done, "large", "jpg"))


def test_the_hdr_files_of_a_private_image_are_private(wiring: Wiring, image: Image) -> None:
    change(wiring, image, visibility=Visibility.PRIVATE)
    done = wiring.images.get(image.id)
    assert done is not None
    assert formats(done) == formats(image)
    assert all(key.startswith("private/") for key in done.processed_files)
    assert stable(wiring, image, "large", "jpg") is None


def test_sizes_on_demand_are_sdr(wiring: Wiring, image: Image) -> None:
    key = delivery.file_key(image.id, WidthFile(320, wiring.renderer.generation, "jpg"))
    wiring.delivery.locate(*key.split("/", 2))
    made = wiring.objects.read(wiring.settings.images_bucket, key, 10**7).data
    assert not has_gain_map(made)
