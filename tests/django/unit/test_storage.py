"""The storage, and Wagtail's library and block on top of it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.base import ContentFile
from django_darkroom.images import from_view
from django_darkroom.signed import sign
from django_darkroom.storage import DarkroomStorage
from django_darkroom.wagtail.blocks import DarkroomImageBlock
from PIL import Image
from sample.models import Attachment, Picture

from unit.conftest import ID, PLACES, FakeDarkroom, view, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("configure")]


def png() -> bytes:
    data = BytesIO()
    Image.new("RGB", (40, 30)).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def accepting(darkroom: FakeDarkroom) -> FakeDarkroom:
    """An API that gives tickets, and the store that takes their files."""
    fields = {"key": "uploads/key", "policy": "signed"}
    ticket = {"url": f"{darkroom.address}/store", "fields": fields, "image_id": ID}
    darkroom.responses["POST", "/uploads"] = (201, ticket)
    darkroom.responses["POST", "/store"] = (204, {})
    return darkroom


def test_a_file_is_uploaded_as_its_ticket_says(accepting: FakeDarkroom) -> None:
    attachment = Attachment.objects.create(picture=ContentFile(png(), name="a b.png"))
    assert attachment.picture.name == f"{ID}/a_b.png"
    (_, _, token, order), (_, _, none, form) = accepting.requests
    assert token == "Bearer dr_site"
    assert b'"content_type": "image/png"' in order
    assert none == ""
    assert form.index(b'name="policy"') < form.index(b'name="file"') < form.index(png())


def test_a_file_that_is_there_already_is_not_sent_again(darkroom: FakeDarkroom) -> None:
    darkroom.responses["POST", "/uploads"] = (200, {"duplicate_of": "OLDER"})
    assert DarkroomStorage().save("a.png", ContentFile(png())) == "OLDER/a.png"
    assert len(darkroom.requests) == 1


def test_a_refused_file_is_an_error(accepting: FakeDarkroom) -> None:
    accepting.responses["POST", "/store"] = (403, {})
    with pytest.raises(OSError, match="status 403"):
        DarkroomStorage().save("a.png", ContentFile(png()))


def test_a_stored_name_fits_into_its_column(accepting: FakeDarkroom) -> None:
    name = DarkroomStorage().save("x" * 300 + ".png", ContentFile(png()), max_length=100)
    assert len(name) == 100
    assert name.endswith(".png")


def test_the_url_is_the_picture_with_a_width() -> None:
    assert DarkroomStorage(width=640).url(f"{ID}/a.png") == f"{PLACES}/i/{ID}?w=640"


def test_without_the_address_of_images_there_is_no_url(configure: Callable[..., None]) -> None:
    configure(IMAGES="")
    with pytest.raises(ImproperlyConfigured, match="IMAGES"):
        DarkroomStorage().url(f"{ID}/a.png")


def test_the_original_is_read_without_the_token_where_it_is_redirected_to(
    darkroom: FakeDarkroom,
) -> None:
    location = f"{darkroom.address}/original"
    darkroom.responses["GET", f"/images/{ID}/original"] = (302, {"location": location})
    darkroom.responses["GET", "/original"] = (200, {"bytes of a file": b"original"})
    assert DarkroomStorage().open(f"{ID}/a.png").read() == b"original"
    assert [token for _, _, token, _ in darkroom.requests] == ["Bearer dr_site", ""]


def test_size_and_times_are_the_images(darkroom: FakeDarkroom) -> None:
    darkroom.add()
    storage = DarkroomStorage()
    assert storage.size(f"{ID}/a.png") == 1234
    assert storage.get_created_time(f"{ID}/a.png").isoformat() == "2026-05-01T12:00:00+00:00"


def test_a_deleted_file_may_be_deleted_again(darkroom: FakeDarkroom) -> None:
    darkroom.add()
    for _ in range(2):
        DarkroomStorage().delete(f"{ID}/a.png")
    assert darkroom.images == {}


def picture() -> Picture:
    return Picture(title="Harbour", file=f"{ID}/a.png", width=4000, height=3000, file_hash="x")


@pytest.mark.parametrize(
    ("spec", "size", "query"),
    [
        ("original", (4000, 3000), "w=4000"),
        ("width-400", (400, 300), "w=400"),
        ("max-165x165", (165, 123), "w=165"),
        ("fill-300x300", (300, 300), "w=300"),
        ("width-400|format-webp", (400, 300), "w=400"),
    ],
)
def test_wagtails_filters_are_sizes_of_darkroom(
    spec: str, size: tuple[int, int], query: str, django_assert_num_queries: Any
) -> None:
    image = picture()
    with django_assert_num_queries(0):
        rendition = image.get_rendition(spec)
        assert rendition.url == f"{PLACES}/i/{ID}?{query}"
    assert (rendition.width, rendition.height) == size


def test_with_the_key_wagtails_crops_are_crops(configure: Callable[..., None]) -> None:
    configure(SIGNING_KEY="secret")
    assert "w=300&h=300&fit=cover&s=" in picture().get_rendition("fill-300x300").url


def test_several_renditions_are_made_at_once() -> None:
    found = picture().get_renditions("width-400", "width-800")
    assert [rendition.width for rendition in found.values()] == [400, 800]


def test_a_block_stores_and_shows_an_image() -> None:
    block = DarkroomImageBlock(sizes="50vw")
    image = from_view(view())
    value = block.value_from_datadict({"b": sign(image)}, {}, "b")
    assert block.clean(value) == image
    assert block.to_python(block.get_prep_value(value)) == image
    assert 'sizes="auto, 50vw"' in block.render(value)
    assert block.get_form_state(image).startswith(sign(image).split(":")[0])


def test_a_block_refuses_what_is_not_signed() -> None:
    block = DarkroomImageBlock()
    with pytest.raises(ValidationError):
        block.clean(block.value_from_datadict({"b": ID}, {}, "b"))


def test_a_block_shows_nothing_before_its_image_is_ready() -> None:
    assert DarkroomImageBlock().render(from_view(waiting())) == ""
