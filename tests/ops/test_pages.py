import gzip
from http import HTTPStatus
from pathlib import Path

import pytest

from ops.local.http.pages import compressed, configuration, read_page, security_headers
from ops.local.stack.options import read_options


@pytest.fixture
def root(tmp_path: Path) -> Path:
    frontend = tmp_path / "frontend"
    (frontend / "parts").mkdir(parents=True)
    (frontend / "index.html").write_text("<p>")
    (frontend / "app.js").write_text("1")
    (frontend / ".secret").write_text("x")
    (frontend / "a b.svg").write_text("<svg/>")
    (tmp_path / "outside.txt").write_text("x")
    (frontend / "link.txt").symlink_to(tmp_path / "outside.txt")
    return frontend


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/a%20b.svg", "image/svg+xml; charset=utf-8"),
    ],
)
def test_files_have_their_media_types(root: Path, path: str, kind: str) -> None:
    answer = read_page(root, path)
    assert (answer.status, answer.headers["Content-Type"]) == (HTTPStatus.OK, kind)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/parts",
        "/parts/",
        "/nothing",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "//etc/passwd",
        "/.secret",
        "/link.txt",
        "/app.js%00.html",
        "/app.js/x",
    ],
)
def test_there_are_no_listings_and_no_paths_outside_the_root(root: Path, path: str) -> None:
    assert read_page(root, path).status is HTTPStatus.NOT_FOUND


def test_the_page_may_reach_the_api_and_s3_and_nothing_else() -> None:
    policy = security_headers(read_options({"API_PORT": "9000"}))["Content-Security-Policy"]
    assert "connect-src 'self' http://127.0.0.1:9000 http://127.0.0.1:8333;" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_configuration_names_the_api() -> None:
    body = configuration(read_options({})).body
    assert body
    assert b'"api": "http://127.0.0.1:8000"' in body.read()


def test_text_is_compressed_for_browsers_that_accept_gzip(root: Path) -> None:
    answer = compressed(read_page(root, "/index.html"), "gzip, br")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.body
    content = answer.body.read()
    assert gzip.decompress(content) == b"<p>"
    assert answer.headers["Content-Length"] == str(len(content))


def test_other_browsers_get_uncompressed_text(root: Path) -> None:
    answer = compressed(read_page(root, "/index.html"), "identity")
    assert answer.body
    assert (answer.body.read(), answer.headers.get("Content-Encoding")) == (b"<p>", None)


def test_the_page_may_show_images_when_it_is_opened_as_localhost() -> None:
    policy = security_headers(read_options({}))["Content-Security-Policy"]
    assert "img-src 'self' data: blob: http://127.0.0.1:8080;" in policy
