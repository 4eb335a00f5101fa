"""Published URLs on a real stack, in a real browser: they work whatever becomes of the image."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from botocore.signers import CloudFrontSigner
from PIL import Image
from playwright.sync_api import Browser, Page

from ops import signing_keys
from ops.local.names import IMAGES_BUCKET, UPLOADS_BUCKET
from ops.local.stack.signing_keys import file_of
from tests.attack.private_images.scene import rsa_signer
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.waiting import GENEROUS, until

MODERN = {"Accept": "image/avif,image/webp,*/*;q=0.8"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack in which replaced files are orphans after a second, and which sweeps all the time."""
    with running_stack(
        tmp_path_factory.mktemp("delivery"),
        ORPHAN_SECONDS="1",
        SWEEP_GRACE_SECONDS="1",
        SWEEP_REST_SECONDS="1",
        SWEEP_SECONDS="1,1",
    ) as stack:
        yield stack


@pytest.fixture(scope="module")
def client(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)


@pytest.fixture(scope="module")
def image(client: ApiClient) -> dict[str, Any]:
    """A ready image of 12 MP."""
    return dict(client.finished(client.upload(jpeg(4000, 3000))))


def get(url: str, accept: str = MODERN["Accept"], **options: Any) -> requests.Response:
    return requests.get(url, headers={"Accept": accept}, timeout=GENEROUS, **options)


def opened(response: requests.Response) -> Image.Image:
    assert response.status_code == 200, (response.url, response.status_code)
    return Image.open(io.BytesIO(response.content))


def api_lines(stack: Stack, message: str) -> list[dict[str, Any]]:
    log = (stack.data / "logs" / "api.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == message]


@pytest.mark.parametrize(
    ("accept", "format_"),
    [(MODERN["Accept"], "WEBP"), ("image/webp", "WEBP"), ("*/*", "JPEG"), ("image/png", "JPEG")],
)
def test_a_stable_url_has_the_best_format_that_is_accepted(
    stack: Stack, image: dict[str, Any], accept: str, format_: str
) -> None:
    response = get(f"{stack.site}/i/{image['id']}/720p", accept)
    assert (opened(response).format, opened(response).size) == (format_, (1280, 960))
    assert "Accept" in response.headers["Vary"]


def test_a_stable_url_is_validated_by_its_etag(stack: Stack, image: dict[str, Any]) -> None:
    url = f"{stack.site}/i/{image['id']}/mobile"
    etag = get(url).headers["ETag"]
    again = requests.get(url, headers={**MODERN, "If-None-Match": etag}, timeout=GENEROUS)
    assert (again.status_code, again.content) == (304, b"")


def test_a_second_request_for_a_size_runs_no_function(stack: Stack, image: dict[str, Any]) -> None:
    url = f"{stack.site}/i/{image['id']}?w=900"
    assert opened(get(url)).width == 960
    before = len(api_lines(stack, "request answered"))
    assert opened(get(url)).width == 960
    assert len(api_lines(stack, "request answered")) == before


def test_a_hundred_first_requests_make_one_file(stack: Stack, client: ApiClient) -> None:
    image_id = client.upload(jpeg(2400, 1600, seed=11))
    client.finished(image_id)
    before = len(api_lines(stack, "size rendered"))
    with ThreadPoolExecutor(100) as threads:
        answers = list(threads.map(get, [f"{stack.site}/i/{image_id}?w=640"] * 100))
    assert {opened(answer).width for answer in answers} == {640}
    assert len(api_lines(stack, "size rendered")) == before + 1


def test_unsigned_and_unknown_sizes_render_nothing(stack: Stack, image: dict[str, Any]) -> None:
    before = len(api_lines(stack, "size rendered"))
    queries = ["w=0", "w=x", "w=300&h=200", "q=1&w=640", f"w=300&h=200&s={'0' * 64}", ""]
    statuses = [get(f"{stack.site}/i/{image['id']}?{query}").status_code for query in queries]
    assert statuses == [404, 404, 403, 403, 403, 404]
    assert len(api_lines(stack, "size rendered")) == before


def test_an_og_image_has_the_size_of_link_previews(
    client: ApiClient, image: dict[str, Any]
) -> None:
    picture = opened(get(client.image(image["id"])["og_image"]))
    assert (picture.size, picture.format) == ((1200, 630), "JPEG")


def test_a_new_key_signs_at_once_and_the_former_one_still_does(
    stack: Stack, client: ApiClient
) -> None:
    image_id = client.upload(jpeg(900, 600, seed=13))
    client.finished(image_id)
    former = stack.ops("sign", image_id, "--width", "300").stdout.strip()
    key = stack.ops("sign", "--rotate").stdout.strip()
    fresh = stack.ops("sign", image_id, "--width", "301").stdout.strip()
    assert stack.ops("sign", "--key").stdout.strip() == key
    assert [opened(get(url)).width for url in (former, fresh)] == [300, 301]


def test_two_new_keys_end_the_urls_that_were_signed_with_the_first_one(
    stack: Stack, client: ApiClient
) -> None:
    image_id = client.upload(jpeg(900, 600, seed=14), visibility="private")
    assert client.finished(image_id)["visibility"] == "private"
    first = private_url(stack, image_id)
    shown = []
    for _ in range(2):
        rotated = stack.ops("rotate-keys", "--stage", "local")
        assert rotated.returncode == 0, rotated.stderr
        fresh = private_url(stack, image_id)
        shown.append((get(first).status_code, get(fresh).status_code))
    assert shown == [(200, 200), (403, 200)]


def private_url(stack: Stack, image_id: str) -> str:
    """A URL signed with the key that signs now; the API reads the key once in five minutes."""
    keys = signing_keys.parsed(file_of(stack.data).read_text())
    signer = CloudFrontSigner(keys.id, rsa_signer(keys.private_key))
    url = f"{stack.site}/private/i/{image_id}/mobile.webp"
    until = datetime.now(UTC) + timedelta(hours=1)
    return str(signer.generate_presigned_url(url, date_less_than=until))


def test_a_size_beyond_lambdas_limit_of_6_mb_is_served(stack: Stack, client: ApiClient) -> None:
    noise = Image.effect_noise((3840, 2880), 120).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=95)
    image_id = client.upload(file.getvalue())
    client.finished(image_id)
    arguments = ("--width", "3840", "--quality", "100", "--format", "png")
    url = stack.ops("sign", image_id, *arguments).stdout.strip()
    assert len(get(url).content) > 6 * 2**20


def test_erasing_an_image_erases_its_sizes_and_ends_its_urls(
    stack: Stack, client: ApiClient
) -> None:
    image_id = client.upload(jpeg(900, 600, seed=12))
    client.finished(image_id)
    urls = [f"{stack.site}/i/{image_id}{rest}" for rest in ("/mobile", "/mobile.webp", "?w=320")]
    assert [get(url).status_code for url in urls] == [200, 200, 200]
    receipt = requests.delete(f"{stack.api}/images/{image_id}", timeout=GENEROUS).json()
    assert (receipt["verified"], [get(url).status_code for url in urls]) == (True, [404] * 3)
    left = stack.s3().list_objects_v2(Bucket=IMAGES_BUCKET, Prefix=image_id)
    assert left["KeyCount"] == 0


class Article:
    """A page with pasted markup, loaded again and again: every image of it must be shown."""

    def __init__(self, page: Page, markup: str) -> None:
        self._page = page
        self._markup = markup
        self.failed: list[str] = []
        page.on("requestfailed", lambda request: self.failed.append(request.url))
        page.on("response", self._note)

    def _note(self, response: Any) -> None:
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def load(self) -> str:
        """Show the markup in a fresh page: the URL that the browser has chosen."""
        self._page.set_content(self._markup)
        img = self._page.locator("img")
        until(lambda: img.evaluate("img => img.complete"))
        width: int = img.evaluate("img => img.naturalWidth")
        assert width > 0, self.failed
        return str(img.evaluate("img => img.currentSrc"))


@pytest.fixture
def article_page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 600, "height": 800}) as context:
        context.set_default_timeout(GENEROUS * 1000)
        page = context.new_page()
        yield page


def test_pasted_markup_never_shows_a_missing_image(
    stack: Stack, client: ApiClient, article_page: Page
) -> None:
    key = "articles/door.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(2400, 1600, seed=1))
    image = client.of_object(key)
    article = Article(article_page, image["markup"])
    article.load()
    former = [rendition["immutable_url"] for rendition in image["renditions"]]

    def changed_to(before: list[str]) -> list[str] | None:
        article.load()
        now = [r["immutable_url"] for r in client.image(image["id"])["renditions"]]
        return now if now != before else None

    requests.post(
        f"{stack.api}/images/{image['id']}/reprocess",
        json={"focal_point": {"x": 0.1, "y": 0.1}},
        timeout=GENEROUS,
    ).raise_for_status()
    after_focal_point = until(lambda: changed_to(former))
    assert after_focal_point
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(2400, 1600, seed=2))
    assert until(lambda: changed_to(after_focal_point))

    def is_swept() -> bool:
        article.load()
        listed = stack.s3().list_objects_v2(Bucket=IMAGES_BUCKET, Prefix=f"{image['id']}/")
        keys = {found["Key"] for found in listed["Contents"]}
        return not keys & {url.partition("/images/")[2] for url in former}

    until(is_swept)  # past the grace period of orphans
    article.load()
    assert article.failed == []
    # What an article has pasted from a record, with the file's own URL, leads to the current one.
    assert [get(url).status_code for url in former] == [200] * len(former)


def test_the_url_of_a_former_variant_shows_the_largest_rendition(
    stack: Stack, client: ApiClient, article_page: Page
) -> None:
    image_id = client.upload(jpeg(1600, 1200, seed=3))
    markup = client.finished(image_id)["markup"]
    pasted = markup.replace("/1080p", "/a-variant-of-long-ago")
    stable = f"{image_id}/i/a-variant-of-long-ago.webp"
    source = f"{image_id}/i/mobile.webp"
    stack.s3().copy_object(
        Bucket=IMAGES_BUCKET, Key=stable, CopySource={"Bucket": IMAGES_BUCKET, "Key": source}
    )
    Article(article_page, pasted).load()
    largest = get(f"{stack.site}/i/{image_id}/1080p.webp").content
    url = f"{stack.site}/i/{image_id}/a-variant-of-long-ago.webp"
    until(lambda: get(url).content == largest)  # once the sweep has found it
