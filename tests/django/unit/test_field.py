"""The model field and its form field."""

import json
from typing import Any

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.forms import modelform_factory
from django_darkroom.fields import DarkroomImageField
from django_darkroom.images import DarkroomImage, from_dict, from_view
from django_darkroom.signed import sign
from sample.models import Product

from unit.conftest import ID, FakeDarkroom, view, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("configure")]
Form = modelform_factory(Product, fields=["title", "photo", "detail"])


def submitted(photo: str, instance: Product | None = None, **more: str) -> Any:
    return Form({"title": "Harbour", "photo": photo, **more}, instance=instance)


def test_a_stored_image_is_read_as_it_was() -> None:
    image = from_view(view())
    product = Product.objects.create(title="Harbour", photo=image)
    assert Product.objects.get(pk=product.pk).photo == image


def test_lookups_reach_into_the_image() -> None:
    Product.objects.create(title="Harbour", photo=from_view(view()))
    found = Product.objects.filter(photo__status="ready", photo__alt__en__startswith="A ")
    assert found.values_list("photo__id", "photo__width").get() == (ID, 4000)


def test_an_id_may_be_assigned() -> None:
    product = Product(title="Harbour", photo=ID)
    product.save()
    assert product.photo == DarkroomImage(id=ID)


def test_an_empty_field_is_null() -> None:
    product = Product.objects.create(title="Harbour", photo=ID, detail="")
    product.refresh_from_db()
    assert product.detail is None
    assert Product.objects.filter(detail__isnull=True).exists()


def test_a_required_field_refuses_to_be_empty() -> None:
    with pytest.raises(ValidationError) as refused:
        Product(title="Harbour").full_clean()
    assert set(refused.value.message_dict) == {"photo"}


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ValidationError, match="not an image of Darkroom"):
        Product(title="Harbour", photo=["x"]).full_clean()


def test_a_later_version_may_have_stored_more() -> None:
    assert from_dict({"id": ID, "from_the_future": 1}) == DarkroomImage(id=ID)


def test_serializers_write_and_read_an_image() -> None:
    product = Product.objects.create(title="Harbour", photo=from_view(view()))
    text = serializers.serialize("json", [product])
    assert json.loads(text)[0]["fields"]["photo"]["id"] == ID
    (found,) = serializers.deserialize("json", text)
    assert found.object.photo == product.photo


def test_migrations_name_only_what_is_special() -> None:
    assert DarkroomImageField(blank=True).deconstruct()[3] == {"blank": True}


def test_the_migrations_of_the_sample_are_complete() -> None:
    call_command("makemigrations", "sample", check=True, dry_run=True, verbosity=0)


def test_a_form_is_saved_without_a_request(darkroom: FakeDarkroom) -> None:
    form = submitted(sign(from_view(waiting())))
    assert form.is_valid(), form.errors
    assert form.save().photo.status == "processing"
    assert darkroom.requests == []


@pytest.mark.parametrize(
    "value", [ID, json.dumps({"id": ID}), sign(from_view(view()))[:-1] + "x", "eyJpZCI6MX0:1:2"]
)
def test_a_form_refuses_what_the_server_has_not_signed(value: str) -> None:
    assert submitted(value).errors["photo"] == [
        "Upload the photo again: its entry is damaged or too old."
    ]


def test_a_form_refuses_an_image_that_was_rejected() -> None:
    rejected = waiting(status="rejected", detail="The file is cut off.")
    assert submitted(sign(from_view(rejected))).errors["photo"] == [
        "This photo cannot be used: The file is cut off."
    ]


def test_a_form_requires_an_image_only_where_the_model_does() -> None:
    assert set(submitted("").errors) == {"photo"}


def test_a_form_that_was_opened_earlier_does_not_undo_what_was_learnt_since() -> None:
    product = Product.objects.create(title="Harbour", photo=from_view(view()))
    form = submitted(sign(from_view(waiting())), product)
    assert form.is_valid()
    assert not form.fields["photo"].has_changed(product.photo, form["photo"].data)
    assert form.save().photo.is_ready


def test_another_image_replaces_the_present_one() -> None:
    product = Product.objects.create(title="Harbour", photo=from_view(view()))
    form = submitted(sign(from_view(waiting(id="OTHER"))), product)
    assert form.has_changed()
    assert form.save().photo.id == "OTHER"


def test_an_optional_image_is_removed() -> None:
    image = from_view(view())
    product = Product.objects.create(title="Harbour", photo=image, detail=image)
    assert submitted(sign(image), product, detail="").save().detail is None


def test_the_widget_has_only_what_a_paragraph_may_contain() -> None:
    html = Form().as_p()
    assert html.count("<p>") == html.count("</p>") == 3
    assert "<div" not in html


def test_a_widget_passes_attributes_to_the_uploader() -> None:
    field = DarkroomImageField().formfield()
    field.widget.attrs |= {"editor": True, "shrink": 3840}
    html = field.widget.render("photo", None, {"id": "id_photo"})
    assert "editor shrink=&quot;" not in html
    assert 'id="id_photo_uploader" editor shrink="3840"' in html


def test_a_widget_escapes_names_of_files() -> None:
    image = from_view(view(filename='"><script>alert(1)</script>'))
    assert "<script" not in forms.CharField.widget().render("x", str(image))
    assert "<script" not in DarkroomImageField().formfield().widget.render("photo", image)


def test_an_image_without_renditions_is_named_with_its_state() -> None:
    assert str(from_view(waiting())) == "harbour.jpg (being processed)"
    assert str(from_view(view())) == "harbour.jpg"
