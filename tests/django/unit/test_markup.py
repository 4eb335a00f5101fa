"""Template tags."""

import hashlib
import hmac
from collections.abc import Callable

import pytest
from django.template import Context, Template
from django_darkroom.images import DarkroomImage, from_view
from django_darkroom.markup import sized_url

from unit.conftest import ID, PLACES, view, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("configure")]


def rendered(tag: str, image: DarkroomImage | None) -> str:
    return Template("{% load darkroom %}" + tag).render(Context({"photo": image}))


def test_an_img_has_every_width_of_the_whole_picture() -> None:
    html = rendered('{% darkroom_img photo sizes="50vw" %}', from_view(view()))
    address = f"{PLACES}/i/{ID}"
    assert f'srcset="{address}/mobile 640w, {address}/1080p 1440w"' in html
    assert f'src="{address}/1080p"' in html
    assert 'sizes="auto, 50vw"' in html
    assert 'alt="A harbour"' in html
    assert 'height="1080"' in html
    assert 'width="1440"' in html
    assert 'loading="lazy"' in html


def test_attributes_of_the_tag_come_last_and_are_escaped() -> None:
    attributes = 'alt=photo.detail class_="hero" data_id=7 loading="eager" style=None'
    image = from_view(view(detail='"><b>'))
    html = rendered(f"{{% darkroom_img photo {attributes} %}}", image)
    assert 'alt="&quot;&gt;&lt;b&gt;"' in html
    assert 'loading="eager"' in html
    assert 'class="hero" data-id="7"' in html
    assert "style" not in html
    assert 'sizes="100vw"' in html


@pytest.mark.parametrize("image", [None, from_view(waiting())])
def test_nothing_is_shown_before_an_image_is_ready(image: DarkroomImage | None) -> None:
    assert rendered("{% darkroom_img photo %}{% darkroom_srcset photo %}", image) == ""


def test_a_url_names_a_variant() -> None:
    assert (
        rendered('{% darkroom_url photo "thumb" %}', from_view(view())) == f"{PLACES}/i/{ID}/thumb"
    )
    assert rendered('{% darkroom_url photo "other" %}', from_view(view())) == ""


def test_without_a_key_only_a_width_can_be_asked_for() -> None:
    image = from_view(view())
    assert sized_url(image, width=300, height=200, fit="cover") == f"{PLACES}/i/{ID}?w=300"


def test_with_the_key_a_crop_is_signed(configure: Callable[..., None]) -> None:
    configure(SIGNING_KEY="secret")
    found = sized_url(from_view(view()), width=300, height=200, fit="cover")
    text = f"/i/{ID}?fit=cover&h=200&w=300"
    signature = hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest()
    assert found == f"{PLACES}/i/{ID}?w=300&h=200&fit=cover&s={signature}"


def test_the_signature_of_a_private_image_stays_in_its_urls() -> None:
    private = view(visibility="private")
    for rendition in private["renditions"]:
        rendition["url"] = (
            rendition["url"].replace("/i/", "/private/i/") + "?Key-Pair-Id=K&Signature=S"
        )
    image = from_view(private)
    assert image.url("thumb") == f"{PLACES}/private/i/{ID}/thumb?Key-Pair-Id=K&Signature=S"
    assert sized_url(image, width=300) == f"{PLACES}/private/i/{ID}?w=300&Key-Pair-Id=K&Signature=S"
