"""Pages of other sites, in a browser on the machine of a running stack.

By default, with AUTH_MODE none, they would need no token. One kind of page sends requests to the
stack's ports; the other has a host name that resolves to this machine (DNS rebinding), so that the
browser takes a server of the stack for the page's own.
"""

import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Error, Page, Playwright, expect

from chalicelib.aws.table_keys import pending_key
from ops.local.names import IMAGES_BUCKET, IMAGES_TABLE, UPLOADS_BUCKET
from ops.local.storage.certificate import Certificate
from tests.frontend.servers import Request, Response, serving
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.system import CHROMIUM, program
from tests.waiting import GENEROUS, until

FOREIGN, REBOUND = "foreign.example", "rebound.example"  # both resolve to this machine
HOSTS = ("127.0.0.1", "localhost")
PATHS = ("/", "/status", "/metrics", "/config.json", "/health", "/images", "/dir/status")
TICKET = "/generate-upload-url?filename=evil.jpg&content_type=image/jpeg"

READ = """async ([urls, options]) => {
    const read = {};
    await Promise.all(urls.map(async (url) => {
        const signal = AbortSignal.timeout(20_000);
        const found = await fetch(url, { ...options, signal }).catch(() => null);
        const text = await found?.text().catch(() => "");
        if (found && found.type !== "opaque") read[url] = [found.status, text];
    }));
    return read;
}"""
# All of these need no preflight.
WRITE = """async ([api, filer, master, s3, image, bucket]) => {
    const form = () => {
        const data = new FormData();
        data.append("key", "evil.jpg");
        data.append("file", new Blob(["evil"]), "evil.jpg");
        return data;
    };
    const signal = () => AbortSignal.timeout(20_000);
    const send = (url, options) =>
        fetch(url, { mode: "no-cors", signal: signal(), ...options }).catch(() => null);
    await Promise.all([
        send(`${api}/images/${image}/reprocess`, { method: "POST" }),
        send(`${api}/uploads`, { method: "POST", body: '{"filename": "evil.jpg"}' }),
        send(api + "TICKET"),
        send(`${filer}/buckets/${bucket}/evil.jpg`, { method: "POST", body: form() }),
        send(`${filer}/buckets/${bucket}?op=move`, { method: "POST" }),
        send(`${master}/col/delete?collection=${bucket}`),
        send(`${master}/dir/assign`),
        send(`${s3}/${bucket}`, { method: "POST", body: form() }),
        new Promise((done) => {
            const image = new Image();
            image.onload = image.onerror = done;
            image.src = api + "TICKET";
        }),
    ]);
}""".replace("TICKET", TICKET)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack"), SWEEP_SECONDS="3600,3600") as running:
        yield running


@pytest.fixture(scope="module")
def deceived(playwright: Playwright) -> Iterator[Browser]:
    """A browser for which the names of both sites are this machine's."""
    rules = ", ".join(f"MAP {name} 127.0.0.1" for name in (FOREIGN, REBOUND))
    with playwright.chromium.launch(
        executable_path=program(CHROMIUM),
        args=["--no-sandbox", f"--host-resolver-rules={rules}"],
        timeout=GENEROUS * 1000,
    ) as browser:
        yield browser


@pytest.fixture
def page(deceived: Browser) -> Iterator[Page]:
    with deceived.new_context() as context:
        context.set_default_timeout(GENEROUS * 1000)
        yield context.new_page()


@pytest.fixture(params=[FOREIGN, "127.0.0.1"])
def foreign(request: pytest.FixtureRequest, page: Page) -> Iterator[Page]:
    """A page of another site, or of another port of this machine, which is the same site."""

    def answer(_: Request) -> Response:
        return Response(200, b"<!doctype html>", {"Content-Type": "text/html"})

    with serving(answer) as origin:
        page.goto(origin.replace("127.0.0.1", request.param))
        yield page


@pytest.fixture(scope="module")
def image(stack: Stack) -> str:
    """The id of a ready image."""
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key="mine.jpg", Body=jpeg())
    found = str(until(lambda: _ready(stack))["id"])
    until(lambda: not _unpublished(stack))
    return found


def _unpublished(stack: Stack) -> bool:
    """Whether events of the image have not yet reached the bus: these records still change."""
    records = stack.client("dynamodb").scan(TableName=IMAGES_TABLE)["Items"]
    return any(record["id"]["S"].startswith(pending_key("")) for record in records)


def _ready(stack: Stack) -> dict[str, Any] | None:
    images = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"]
    return next((image for image in images if image["status"] == "ready"), None)


def inner(stack: Stack) -> dict[str, int]:
    """SeaweedFS's ports besides S3's, by name."""
    ports: dict[str, int] = json.loads((stack.data / "seaweed-ports.json").read_text())
    return ports


def all_ports(stack: Stack) -> list[int]:
    own = (stack.api, stack.site, stack.aws_address, stack.s3_address)
    return [*(int(address.rpartition(":")[2]) for address in own), *inner(stack).values()]


def contents(stack: Stack) -> tuple[object, ...]:
    """All records, and the objects of both buckets."""
    records = stack.client("dynamodb").scan(TableName=IMAGES_TABLE)["Items"]
    objects = []
    for bucket in (UPLOADS_BUCKET, IMAGES_BUCKET):
        found = stack.s3().list_objects_v2(Bucket=bucket).get("Contents", [])
        objects += [(bucket, item["Key"], item["ETag"]) for item in found]
    return (sorted(records, key=str), objects)


@pytest.mark.usefixtures("image")
def test_a_foreign_page_reads_nothing(stack: Stack, foreign: Page) -> None:
    urls = [f"http://{h}:{p}{path}" for p in all_ports(stack) for h in HOSTS for path in PATHS]
    read = foreign.evaluate(READ, [urls, {}])
    assert shown_in(read) == {}


def shown_in(read: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """The responses that show something: S3 also responds without content that it runs."""
    return {url: found for url, found in read.items() if found[0] < 400 and found[1]}


def test_a_foreign_page_changes_nothing(stack: Stack, image: str, foreign: Page) -> None:
    before = contents(stack)
    ports = inner(stack)
    filer, master = (f"http://127.0.0.1:{ports[f'{part}.port']}" for part in ("filer", "master"))
    foreign.evaluate(WRITE, [stack.api, filer, master, stack.s3_address, image, UPLOADS_BUCKET])
    assert contents(stack) == before


@pytest.mark.usefixtures("image")
def test_a_link_of_a_foreign_page_changes_nothing(stack: Stack, foreign: Page) -> None:
    before = contents(stack)
    with foreign.expect_navigation():
        foreign.evaluate("(url) => { location.href = url }", stack.api + TICKET)
    expect(foreign.locator("body")).to_contain_text('"code":"forbidden"')
    assert contents(stack) == before


def rebound_origins(stack: Stack, page: Page) -> Iterator[str]:
    """Each origin under the rebound name, with a page of that origin in the browser."""
    for port in all_ports(stack):
        # The document is the server's own: to one of the test's, browsers would not allow requests
        # to this machine.
        try:
            page.goto(f"http://{REBOUND}:{port}/health")
        except Error:
            continue  # it does not speak HTTP
        yield f"http://{REBOUND}:{port}"


@pytest.mark.usefixtures("image")
def test_a_rebinding_page_reads_nothing(stack: Stack, page: Page) -> None:
    for origin in rebound_origins(stack, page):
        read = page.evaluate(READ, [[f"{origin}{path}" for path in (*PATHS, TICKET)], {}])
        assert shown_in(read) == {}


def test_a_rebinding_page_changes_nothing(stack: Stack, image: str, page: Page) -> None:
    before = contents(stack)
    for origin in rebound_origins(stack, page):
        page.evaluate(WRITE, [*[origin] * 4, image, UPLOADS_BUCKET])
        for method in ("PUT", "DELETE"):
            url = f"{origin}/{UPLOADS_BUCKET}/mine.jpg"
            page.evaluate(READ, [[url, f"{origin}/images/{image}"], {"method": method}])
    assert contents(stack) == before


def test_the_aws_endpoint_answers_no_browser_even_with_a_valid_signature(stack: Stack) -> None:
    dynamodb = stack.client("dynamodb")
    dynamodb.list_tables()

    def send_as_a_page(request: Any, **_: Any) -> None:
        request.headers["Origin"] = stack.site

    dynamodb.meta.events.register("before-send", send_as_a_page)
    with pytest.raises(ClientError) as refused:
        dynamodb.list_tables()
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.usefixtures("image")
def test_the_page_shows_images_under_either_name(stack: Stack, page: Page) -> None:
    for name in HOSTS:
        page.goto(stack.site.replace("127.0.0.1", name))
        picture = page.locator(".thumbnail img").first
        until(lambda: picture.evaluate("img => img.naturalWidth"))  # noqa: B023 - used at once


@pytest.mark.parametrize("part", ["master", "volume", "filer", "admin"])
def test_other_servers_of_the_store_require_the_stacks_certificate(stack: Stack, part: str) -> None:
    context = ssl.create_default_context(cafile=str(Certificate.of(stack.data).file))
    address = ("127.0.0.1", inner(stack)[f"{part}.port"])
    with (
        socket.create_connection(address, GENEROUS) as connection,
        context.wrap_socket(connection, server_hostname="127.0.0.1") as secured,
        pytest.raises(ssl.SSLError, match="certificate required"),
    ):
        secured.recv(1)  # in TLS 1.3, the server refuses after the client's handshake
