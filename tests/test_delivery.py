"""Files that the CDN did not find: rendered at most once, from what the image is now."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace
from PIL import Image as Pillow

from chalicelib.errors import InvalidSignature, NotFound, TransientError
from chalicelib.model import delivery, keys
from chalicelib.model.delivery import SignedFile, StableFile, Transformation, WidthFile
from chalicelib.model.image import Image, Rendition
from chalicelib.model.variants import Sizes, Variant, VariantsTable
from chalicelib.ports.secrets import SIGNING_KEY, signing_key
from chalicelib.ports.sizes import Claim
from chalicelib.wiring import Wiring
from tests.builders import ULID, processed, put
from tests.fakes.objects import MemoryObjects
from tests.pictures import encoded, jpeg

IMAGES = "test-images"
SITE = "https://photos.example"


@pytest.fixture
def image(wiring: Wiring) -> Image:
    return processed(wiring, jpeg(800, 600))


def locate(wiring: Wiring, key: str) -> str:
    """What the API answers to a request of the CDN; asserts nothing about the file."""
    return wiring.delivery.locate(*key.split("/", 2))


def generation(wiring: Wiring) -> str:
    return wiring.renderer.generation


def width_key(wiring: Wiring, image: Image, width: int = 320, extension: str = "webp") -> str:
    return delivery.file_key(image.id, WidthFile(width, generation(wiring), extension))


def signed_key(
    wiring: Wiring, image: Image, wanted: Transformation, extension: str = "webp"
) -> str:
    signature = delivery.signature_of(signing_key(wiring.secrets), image.id, wanted)
    return delivery.file_key(image.id, SignedFile(wanted, generation(wiring), signature, extension))


def opened(wiring: Wiring, key: str) -> Pillow.Image:
    return Pillow.open(BytesIO(wiring.objects.read(IMAGES, key, 10**8).data))


def exists(wiring: Wiring, key: str) -> bool:
    return wiring.objects.exists(IMAGES, key)


def rendered(wiring: Wiring) -> Iterator[str]:
    """The keys of all sizes on demand."""
    return (key for key in wiring.objects.list_keys(IMAGES, "") if delivery.is_on_demand(key))


def before_storing(wiring: Wiring, action: Callable[[], None]) -> None:
    """Let something happen between rendering and storing the next size on demand."""
    write = wiring.objects.write

    def interrupted(bucket: str, key: str, *rest: Any, **options: Any) -> str:
        if delivery.is_on_demand(key):
            wiring.objects.write = write  # type: ignore[method-assign]
            action()
        return write(bucket, key, *rest, **options)

    wiring.objects.write = interrupted  # type: ignore[method-assign]


def closest(image: Image, width: int) -> str:
    shown: Rendition | None = delivery.nearest(image.renditions, width, "webp")
    assert shown is not None
    return keys.public_address(f"{SITE}/images", shown.key)


def test_a_width_is_rendered_and_found_at_the_url_in_the_response(
    wiring: Wiring, image: Image
) -> None:
    key = width_key(wiring, image)
    assert locate(wiring, key) == f"{SITE}/i/{key}"
    assert (opened(wiring, key).size, opened(wiring, key).format) == ((320, 240), "WEBP")


def test_an_image_is_never_enlarged(wiring: Wiring, image: Image) -> None:
    key = width_key(wiring, image, 1920)
    locate(wiring, key)
    assert opened(wiring, key).size == (800, 600)


def test_a_client_without_modern_formats_gets_a_jpeg(wiring: Wiring, image: Image) -> None:
    key = width_key(wiring, image, extension="jpg")
    locate(wiring, key)
    assert opened(wiring, key).format == "JPEG"


def test_transparency_is_kept_for_clients_without_modern_formats(wiring: Wiring) -> None:
    logo = encoded(Pillow.new("RGBA", (400, 300), (200, 30, 30, 90)), "PNG")
    key = width_key(wiring, processed(wiring, logo), extension="jpg")
    locate(wiring, key)
    assert opened(wiring, key).format == "PNG"


def test_a_signed_transformation_is_rendered(wiring: Wiring, image: Image) -> None:
    wanted = Transformation(width=100, height=50, fit="cover", quality=40, format="jpeg")
    key = signed_key(wiring, image, wanted, "jpg")
    locate(wiring, key)
    assert (opened(wiring, key).size, opened(wiring, key).format) == ((100, 50), "JPEG")


@pytest.mark.parametrize(
    "other",
    [
        Transformation(width=101, height=50),
        Transformation(width=100, height=51),
        Transformation(width=100, height=50, quality=90),
        Transformation(width=100, height=50, fit="cover"),
        Transformation(width=100),
    ],
)
def test_a_signature_is_valid_for_its_transformation_only(
    wiring: Wiring, image: Image, other: Transformation
) -> None:
    wanted = Transformation(width=100, height=50)
    signature = delivery.signature_of(signing_key(wiring.secrets), image.id, wanted)
    file = SignedFile(other, generation(wiring), signature, "webp")
    with pytest.raises(InvalidSignature):
        locate(wiring, delivery.file_key(image.id, file))
    assert list(rendered(wiring)) == []


def test_a_signature_with_the_former_key_is_accepted(wiring: Wiring, image: Image) -> None:
    key = signed_key(wiring, image, Transformation(width=100))
    wiring.secrets.replace(SIGNING_KEY)
    assert locate(wiring, key)


def test_a_signature_with_the_key_before_the_former_one_is_refused(
    wiring: Wiring, image: Image
) -> None:
    key = signed_key(wiring, image, Transformation(width=100))
    for _ in range(2):
        wiring.secrets.replace(SIGNING_KEY)
    with pytest.raises(InvalidSignature):
        locate(wiring, key)


def test_a_signature_is_valid_for_its_image_only(wiring: Wiring, image: Image) -> None:
    put(wiring, jpeg(seed=2), "photos/dog.jpg")
    wanted = Transformation(width=100)
    key = signed_key(wiring, replace(image, id=ULID), wanted).replace(ULID, image.id)
    with pytest.raises(InvalidSignature):
        locate(wiring, key)


def test_a_width_that_is_not_on_the_ladder_costs_no_rendering(wiring: Wiring, image: Image) -> None:
    with pytest.raises(NotFound):
        locate(wiring, width_key(wiring, image, 321))
    assert list(rendered(wiring)) == []


def test_a_format_that_is_not_offered_costs_no_rendering(wiring: Wiring, image: Image) -> None:
    with pytest.raises(NotFound):
        locate(wiring, width_key(wiring, image, extension="avif"))
    assert list(rendered(wiring)) == []


def test_a_signature_is_valid_for_its_format_only(wiring: Wiring, image: Image) -> None:
    with pytest.raises(NotFound):
        locate(wiring, signed_key(wiring, image, Transformation(width=100, format="webp"), "jpg"))
    assert list(rendered(wiring)) == []


def test_of_many_first_requests_one_renders(wiring: Wiring, image: Image) -> None:
    key = width_key(wiring, image)
    count = 0
    render_one = wiring.renderer.render_one

    def counted(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        return render_one(*arguments)

    wiring.renderer.render_one = counted  # type: ignore[method-assign]
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: locate(wiring, key), range(100)))
    assert count == 1
    assert set(answers) == {f"{SITE}/i/{key}"}


def test_a_rendering_that_would_begin_too_late_is_left_to_a_later_request(
    wiring: Wiring, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy:
        """Two renderings that take longer than a call may wait; notes how long it did."""

        waits: ClassVar[list[float]] = []

        def acquire(self, timeout: float) -> bool:
            self.waits.append(timeout)
            return False

    key = width_key(wiring, image)
    with monkeypatch.context() as patched:
        patched.setattr("chalicelib.delivery._RENDERING", Busy())
        assert locate(wiring, key) == closest(image, 320)
    assert Busy.waits == [20]
    assert locate(wiring, key) == f"{SITE}/i/{key}"


def test_beyond_the_limit_of_sizes_the_closest_rendition_is_shown(
    wiring: Wiring, image: Image
) -> None:
    wiring.settings = replace(wiring.settings, max_sizes=1)
    wiring.__dict__.pop("delivery", None)
    locate(wiring, width_key(wiring, image, 320))
    assert locate(wiring, width_key(wiring, image, 480)) == closest(image, 480)
    assert len(list(rendered(wiring))) == 1


def test_a_request_by_former_rules_gets_the_closest_rendition(wiring: Wiring, image: Image) -> None:
    key = delivery.file_key(image.id, WidthFile(320, "ffffffff", "webp"))
    assert locate(wiring, key) == closest(image, 320)
    assert list(rendered(wiring)) == []


def test_an_abandoned_claim_blocks_nobody_for_long(wiring: Wiring, image: Image) -> None:
    key, now = width_key(wiring, image), wiring.clock()
    wiring.sizes.claim(image.id, key, 100, now, now + timedelta(seconds=60))
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)

    wiring.delivery._sleep = sleep
    assert locate(wiring, key) == closest(image, 320)
    assert sum(waits) == pytest.approx(20, abs=0.2)
    moved = wiring.delivery._clock
    wiring.delivery._clock = lambda: moved() + timedelta(seconds=61)
    assert locate(wiring, key) == f"{SITE}/i/{key}"


def test_whoever_waits_gets_the_file_once_it_is_there(wiring: Wiring, image: Image) -> None:
    key, now = width_key(wiring, image), wiring.clock()
    wiring.sizes.claim(image.id, key, 100, now, now + timedelta(seconds=60))

    def store(_: float) -> None:
        wiring.objects.write(IMAGES, key, b"made", content_type="image/webp", cache_control="")

    wiring.delivery._sleep = store
    assert locate(wiring, key) == f"{SITE}/i/{key}"
    assert wiring.objects.read(IMAGES, key, 10).data == b"made"


def test_an_original_that_is_being_replaced_is_not_rendered(wiring: Wiring, image: Image) -> None:
    put(wiring, jpeg(seed=2))
    assert locate(wiring, width_key(wiring, image)) == closest(image, 320)
    assert list(rendered(wiring)) == []


def test_a_size_is_erased_if_the_original_was_replaced_meanwhile(
    wiring: Wiring, image: Image
) -> None:
    before_storing(wiring, lambda: assert_processed(wiring))
    locate(wiring, width_key(wiring, image))
    assert list(rendered(wiring)) == []


def assert_processed(wiring: Wiring) -> None:
    assert processed(wiring, jpeg(seed=2), "A2")


def test_a_size_is_erased_if_the_image_was_deleted_meanwhile(wiring: Wiring, image: Image) -> None:
    before_storing(wiring, lambda: assert_erased(wiring, image))
    locate(wiring, width_key(wiring, image))
    assert list(rendered(wiring)) == []


def assert_erased(wiring: Wiring, image: Image) -> None:
    assert wiring.deleter.erase(image).verified


def test_a_size_that_cannot_be_stored_is_not_counted(wiring: Wiring, image: Image) -> None:
    def fail() -> None:
        raise TransientError("S3 is away.")

    before_storing(wiring, fail)
    assert locate(wiring, width_key(wiring, image)) == closest(image, 320)
    claimed = wiring.sizes.claim(
        image.id, width_key(wiring, image, 480), 1, wiring.clock(), wiring.clock()
    )
    assert claimed is Claim.TAKEN


def test_a_replaced_renditions_url_leads_to_the_stable_one(wiring: Wiring, image: Image) -> None:
    url = locate(wiring, f"{image.id}/0123456789abcdef/mobile.webp")
    assert url == f"{SITE}/i/{image.id}/mobile.webp"


def test_an_image_from_before_stable_urls_is_published_when_it_is_wanted(
    wiring: Wiring, image: Image
) -> None:
    key = delivery.file_key(image.id, StableFile("mobile", "webp"))
    objects = wiring.objects
    assert isinstance(objects, MemoryObjects)
    del objects.kept[IMAGES, key]
    assert locate(wiring, key) == f"{SITE}/i/{key}"
    assert exists(wiring, key)


def test_a_variant_without_a_format_that_all_show_gets_one_when_it_is_wanted(
    wiring: Wiring, image: Image
) -> None:
    key = delivery.file_key(image.id, StableFile("thumbnail", "jpg"))
    assert locate(wiring, key) == f"{SITE}/i/{key}"
    assert (opened(wiring, key).size, opened(wiring, key).format) == ((200, 200), "JPEG")


def test_an_unknown_variant_is_not_found(wiring: Wiring, image: Image) -> None:
    with pytest.raises(NotFound):
        locate(wiring, delivery.file_key(image.id, StableFile("nope", "webp")))


def test_another_format_of_a_removed_variant_is_still_found(wiring: Wiring, image: Image) -> None:
    wiring.table = VariantsTable(variants=(Variant(name="large", width=700),), sizes=Sizes())
    for name in ("renderer", "published_files", "processor", "delivery"):
        wiring.__dict__.pop(name, None)
    key = delivery.file_key(image.id, StableFile("mobile", "avif"))
    assert locate(wiring, key) == f"{SITE}/i/{key}"


@pytest.mark.parametrize("name", ["i/mobile.webp", "w/320-0123abcd.webp"])
def test_an_image_without_renditions_is_not_found(wiring: Wiring, name: str) -> None:
    rejected = processed(wiring, b"no image")
    with pytest.raises(NotFound):
        locate(wiring, f"{rejected.id}/{name}")


def test_a_deleted_image_is_not_found(wiring: Wiring, image: Image) -> None:
    wiring.deleter.erase(image)
    with pytest.raises(NotFound):
        locate(wiring, width_key(wiring, image))


@pytest.mark.parametrize("name", ["manifest.json", "i/manifest.json", "i/x", "w/x", "s/x", "x/y.z"])
def test_any_other_name_is_not_found(wiring: Wiring, image: Image, name: str) -> None:
    folder, _, rest = name.partition("/")
    with pytest.raises(NotFound):
        wiring.delivery.locate(image.id, folder, rest)
