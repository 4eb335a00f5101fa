"""Snapshots that are kept up to date."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_darkroom import snapshots
from django_darkroom.images import from_view
from sample.models import Product, Shot

from unit.conftest import ID, FakeDarkroom, view, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("configure")]


@pytest.fixture
def product() -> Product:
    return Product.objects.create(title="Harbour", photo=from_view(waiting()))


def test_a_changed_image_is_stored_wherever_it_is_used(product: Product) -> None:
    shot = Shot.objects.create(product=product, photo=from_view(waiting()))
    other = Shot.objects.create(product=product, photo=from_view(waiting(id="OTHER")))
    assert snapshots.store(from_view(view())) == 2
    for row in (product, shot, other):
        row.refresh_from_db()
    assert [product.photo.status, shot.photo.status] == ["ready", "ready"]
    assert other.photo.status == "processing"


def test_a_newer_snapshot_is_not_replaced(product: Product) -> None:
    snapshots.store(from_view(view()))
    assert snapshots.store(from_view(waiting())) == 0
    product.refresh_from_db()
    assert product.photo.status == "ready"


def test_a_page_shows_an_image_that_has_become_ready(
    product: Product, darkroom: FakeDarkroom
) -> None:
    darkroom.add()
    assert snapshots.current(product.photo).is_ready
    product.refresh_from_db()
    assert product.photo.is_ready


def test_an_image_that_is_not_ready_is_requested_once_for_many_pages(
    product: Product, darkroom: FakeDarkroom
) -> None:
    darkroom.images[ID] = waiting()
    for _ in range(5):
        assert not snapshots.current(product.photo).is_ready
    assert len(darkroom.requests) == 1


def test_a_ready_image_is_not_requested(darkroom: FakeDarkroom) -> None:
    assert snapshots.current(from_view(view())).is_ready
    assert darkroom.requests == []


def test_the_urls_of_a_private_image_are_requested_once_for_many_pages(
    darkroom: FakeDarkroom,
) -> None:
    stored = from_view(view(visibility="private"))
    fresh = darkroom.add(visibility="private")
    for rendition in fresh["renditions"]:
        rendition["url"] += "?Signature=new"
    for _ in range(5):
        assert snapshots.current(stored).url().endswith("/1080p?Signature=new")
    assert len(darkroom.requests) == 1


def test_without_darkroom_a_page_shows_what_is_stored(
    product: Product, configure: Callable[..., None]
) -> None:
    configure(API="http://127.0.0.1:9")
    assert snapshots.current(product.photo) == product.photo


def test_the_command_reads_what_was_not_ready(product: Product, darkroom: FakeDarkroom) -> None:
    Product.objects.create(title="Ready", photo=from_view(view(id="READY")))
    darkroom.add()
    output = StringIO()
    call_command("darkroom_refresh", stdout=output)
    assert output.getvalue() == "Images whose state has changed: 1.\n"
    product.refresh_from_db()
    assert product.photo.is_ready
    assert [path for _, path, *_ in darkroom.requests] == [f"/images/{ID}"]


def test_the_command_fails_if_an_image_cannot_be_read(product: Product, capsys: Any) -> None:
    with pytest.raises(CommandError, match="could not be read: 1"):
        call_command("darkroom_refresh", stderr=StringIO())
