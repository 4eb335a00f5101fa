"""The package django-darkroom in Django's admin and in Wagtail's, in a browser on a whole stack."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.photographs import unique
from tests.packages.django_project import Project, free_port, running_project
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.stack.signals import suspended
from tests.waiting import GENEROUS, until

AUDIENCE = "https://photos.example/api"


@dataclass
class Site:
    """A project with its stack."""

    project: Project
    stack: Stack
    environment: str


@pytest.fixture(scope="module", params=["lts", "latest"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The oldest Django signs tokens of its own; the newest forwards requests with one token."""
    environment = request.param
    port, folder = free_port(), tmp_path_factory.mktemp(environment)
    address = f"http://127.0.0.1:{port}"
    issuer = f"{address}/darkroom"
    auth = {
        "lts": {"AUTH_MODE": "jwt", "JWT_ISSUER": issuer, "JWT_AUDIENCE": AUDIENCE},
        "latest": {"AUTH_MODE": "token"},
    }[environment]
    data = folder / "stack"
    with running_stack(data, ALLOWED_ORIGINS=address, **auth) as stack:
        common = {"API": stack.api, "IMAGES": stack.site, "TIMEOUT": GENEROUS}
        keys = {
            "lts": lambda: {"ISSUER": issuer, "AUDIENCE": AUDIENCE, "KEY": private_key()},
            "latest": lambda: {"TOKEN": stack.token("shop")},
        }[environment]()
        with running_project(environment, folder, port, common | keys) as project:
            yield Site(project, stack, environment)


def private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of somebody who has signed in to Django's admin."""
    with browser.new_context() as context:
        context.set_default_timeout(GENEROUS * 1000)
        page = context.new_page()
        page.goto(f"{site.project.address}/admin/login/")
        page.get_by_label("Username").fill("ann")
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        yield page


def photo(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_bytes(unique(jpeg(2400, 1800)))
    return file


def choose(field: Locator, file: Path) -> None:
    field.locator("darkroom-uploader #picker").set_input_files(file)


def current(field: Locator) -> Locator:
    return field.locator(".darkroom-current")


def expect_shown(image: Locator) -> None:
    """Wait until a browser has loaded a picture."""
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    until(lambda: image.evaluate("img => img.naturalWidth > 0"))


def product(site: Site, title: str, field: str) -> object:
    """What a product's photo has in this attribute."""
    return site.project.value(f"models.Product.objects.get(title={title!r}).photo.{field}")


def test_a_product_is_saved_before_its_photo_is_processed(
    site: Site, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{site.project.address}/admin/sample/product/add/")
    page.get_by_label("Title").fill("Harbour")
    field = page.locator(".form-row.field-photo")
    with suspended(site.stack, "worker"):
        choose(field, photo(tmp_path, "harbour.jpg"))
        expect(current(field)).to_contain_text("harbour.jpg")
        page.get_by_role("button", name="Save and continue editing").click()
        expect(page.locator(".messagelist .success")).to_contain_text("Harbour")
        assert product(site, "Harbour", "status") in ("pending", "processing")
        expect(current(field)).to_contain_text(re.compile("waiting for its file|being processed"))
        page.goto(f"{site.project.address}/admin/sample/product/")
        expect(page.locator(".field-photo_thumbnail")).to_contain_text("harbour.jpg (")
    # The form follows the image, and what it learns is stored.
    page.get_by_role("link", name="Harbour").click()
    expect(current(field)).to_contain_text("ready")
    expect_shown(current(field).locator("img"))
    assert product(site, "Harbour", "status") == "ready"
    page.goto(f"{site.project.address}/admin/sample/product/")
    expect_shown(page.locator(".field-photo_thumbnail img"))


def test_a_page_shows_a_photo_with_its_srcset(site: Site, page: Page, tmp_path: Path) -> None:
    page.goto(f"{site.project.address}/admin/sample/product/add/")
    page.get_by_label("Title").fill("Lighthouse")
    field = page.locator(".form-row.field-photo")
    choose(field, photo(tmp_path, "lighthouse.jpg"))
    expect(current(field)).to_contain_text("ready")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Lighthouse")
    key = site.project.value("models.Product.objects.get(title='Lighthouse').pk")
    page.set_viewport_size({"width": 800, "height": 600})
    page.goto(f"{site.project.address}/products/{key}")
    image = page.locator("img.photo")
    expect_shown(image)
    widths = [int(w) for w in re.findall(r" (\d+)w", image.get_attribute("srcset") or "")]
    assert len(widths) >= 3
    assert widths == sorted(widths)
    narrow = image.evaluate("img => img.currentSrc")
    page.set_viewport_size({"width": 2400, "height": 900})
    page.reload()
    expect_shown(image)
    assert image.evaluate("img => img.currentSrc") != narrow
    assert image.get_attribute("sizes") == "auto, 50vw"


def test_the_images_belong_to_the_one_who_uploaded_them(
    site: Site, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{site.project.address}/products/new")
    page.get_by_label("Title").fill("Boats")
    field = page.locator("darkroom-field")
    choose(field, photo(tmp_path, "boats.jpg"))
    expect(current(field)).to_contain_text("ready")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Boats")).to_be_visible()
    users = site.project.value(
        "[u.pk for u in __import__('django').contrib.auth.models.User.objects.all()]"
    )
    owner = {"lts": f"user-{users[0]}", "latest": "shop"}[site.environment]
    assert product(site, "Boats", "owner") == owner


def test_a_form_waits_until_the_file_has_arrived(site: Site, page: Page, tmp_path: Path) -> None:
    page.goto(f"{site.project.address}/admin/sample/product/add/")
    page.get_by_label("Title").fill("Late")
    field = page.locator(".form-row.field-photo")
    with suspended(site.stack, "s3"):
        choose(field, photo(tmp_path, "late.jpg"))
        expect(field.locator("[data-state=uploading]")).to_be_visible()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(field.get_by_role("alert")).to_contain_text("until the photo has been sent")
    expect(current(field)).to_contain_text("ready")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Late")


def test_a_photo_is_added_in_a_new_row_of_an_inline_form(
    site: Site, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{site.project.address}/admin/sample/product/add/")
    page.get_by_label("Title").fill("Series")
    choose(page.locator(".form-row.field-photo"), photo(tmp_path, "first.jpg"))
    expect(current(page.locator(".form-row.field-photo"))).to_contain_text("ready")
    page.get_by_text("Add another Shot").click()
    row = page.locator("#shot_set-0")
    choose(row, photo(tmp_path, "second.jpg"))
    expect(current(row)).to_contain_text("second.jpg")
    expect(current(row)).to_contain_text("ready")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Series")
    assert site.project.value("[s.photo.filename for s in models.Shot.objects.all()]") == [
        "second.jpg"
    ]


def test_a_file_that_is_no_picture_leaves_the_form_as_it_was(
    site: Site, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{site.project.address}/admin/sample/product/add/")
    field, broken = page.locator(".form-row.field-photo"), tmp_path / "broken.jpg"
    broken.write_bytes(unique(jpeg(2400, 1800))[:2000])
    choose(field, broken)
    expect(field.locator("[data-state=rejected]")).to_be_visible()
    expect(current(field)).to_be_hidden()
    assert page.locator("input[name=photo]").input_value() == ""


def test_the_uploader_is_wide_enough_in_the_admin(site: Site, page: Page) -> None:
    page.goto(f"{site.project.address}/admin/sample/product/add/")
    box = page.locator(".form-row.field-photo darkroom-uploader").bounding_box()
    assert box
    assert box["width"] > 400


@pytest.fixture
def article(site: Site, page: Page) -> str:
    """The path of a new article of Wagtail's, whose editor the page shows."""
    name = f"article-{uuid.uuid4().hex[:8]}"
    home = site.project.value("models.Page.objects.get(slug='home').pk")
    page.goto(f"{site.project.address}/cms/login/")
    page.goto(f"{site.project.address}/cms/pages/add/sample/article/{home}/")
    page.locator("#id_title").fill(name)
    return f"/{name}/"


def publish(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messages .success")).to_contain_text("published")


def test_wagtail_publishes_photos_of_a_panel_and_a_block_before_they_are_processed(
    site: Site, page: Page, article: str, tmp_path: Path
) -> None:
    panel = page.locator("#panel-child-content-photo-section darkroom-field")
    with suspended(site.stack, "worker"):
        choose(panel, photo(tmp_path, "panel.jpg"))
        expect(current(panel)).to_contain_text("panel.jpg")
        body = page.locator("#panel-child-content-body-section")
        body.get_by_role("button", name="Insert a block").click()
        block = body.locator("darkroom-field")
        choose(block, photo(tmp_path, "block.jpg"))
        expect(current(block)).to_contain_text("block.jpg")
        publish(page)
    shown = page.context.new_page()
    shown.goto(f"{site.project.address}{article}")
    for place in ("#photo", "#body"):
        image = shown.locator(f"{place} img")
        until(lambda found=image: found.count() == 1 or not shown.reload())
        expect_shown(image)
        assert image.get_attribute("srcset")
        assert image.get_attribute("sizes") == "auto, 50vw"


def test_wagtails_editor_shows_the_photos_of_a_page_again(
    site: Site, page: Page, article: str, tmp_path: Path
) -> None:
    panel = page.locator("#panel-child-content-photo-section darkroom-field")
    choose(panel, photo(tmp_path, "again.jpg"))
    expect(current(panel)).to_contain_text("ready")
    body = page.locator("#panel-child-content-body-section")
    body.get_by_role("button", name="Insert a block").click()
    choose(body.locator("darkroom-field"), photo(tmp_path, "block-again.jpg"))
    expect(current(body)).to_contain_text("ready")
    publish(page)
    slug = article.strip("/")
    key = site.project.value(f"models.Page.objects.get(slug={slug!r}).pk")
    page.goto(f"{site.project.address}/cms/pages/{key}/edit/")
    expect(current(panel)).to_contain_text("again.jpg")
    expect_shown(current(panel).locator("img"))
    expect(current(body)).to_contain_text("block-again.jpg")
    expect_shown(current(body).locator("img"))


def test_wagtails_image_chooser_uploads_to_darkroom_and_its_tag_shows_the_image(
    site: Site, page: Page, article: str, tmp_path: Path
) -> None:
    hero = page.locator("#panel-child-content-hero-section")
    hero.get_by_role("button", name="Choose an image").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Upload").click()
    file = photo(tmp_path, f"{article.strip('/')}.jpg")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.locator("input[name$=title]")).to_have_value(file.stem)
    dialog.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(hero).to_contain_text(file.stem)
    publish(page)
    name = f"models.Picture.objects.get(file__endswith={file.name!r}).darkroom_id"
    image_id = site.project.value(name)
    shown = page.context.new_page()

    def has_loaded() -> bool:
        shown.goto(f"{site.project.address}{article}")
        image = shown.locator("#hero img")
        return bool(image.evaluate("img => img.decode().then(() => true, () => false)"))

    until(has_loaded)
    image = shown.locator("#hero img")
    assert image.get_attribute("src") == f"{site.stack.site}/i/{image_id}?w=400"
    assert image.get_attribute("width") == "400"
    assert image.get_attribute("height") == "300"
    assert site.project.value("models.PictureRendition.objects.count()") == 0
