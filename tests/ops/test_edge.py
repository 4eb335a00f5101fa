"""The local CDN turns requests into the same keys as CloudFront's function."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import NotFound, SettingsError
from chalicelib.model import delivery, keys
from chalicelib.model.variants import Variant
from ops import edge as edge_parameter
from ops.local.http import edge
from tests.addresses import PRIVATE
from tests.builders import ULID
from tests.edge_requests import REQUESTS, TABLE, Request


def result(request: Request) -> str | int:
    try:
        return edge.key_of(request.path, request.query, request.accept, TABLE)
    except edge.Refused as refusal:
        return int(refusal.status)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: f"{r.path}?{r.query} {r.accept[:9]}")
def test_a_request_gets_its_key_or_status(request_: Request) -> None:
    assert result(request_) == request_.result


@pytest.mark.parametrize("path", PRIVATE)
def test_what_is_not_published_is_not_found(path: str) -> None:
    assert result(Request(path, 404)) == 404


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_key_is_that_of_a_published_file(path: str, query: str, accept: str) -> None:
    found = result(Request(f"/i/{REQUESTS[0].path[8:34]}{path}", 404, accept, query))
    assert found in (403, 404) or delivery.is_published(str(found))


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_public_path_has_a_private_key(path: str, query: str) -> None:
    for start in ("/images/", "/i/", "/i/private/", "/images/private/"):
        assert not str(result(Request(f"{start}{path}", 404, query=query))).startswith("private")


@given(st.text(max_size=80), st.text(max_size=80))
def test_every_key_of_a_private_path_is_private(path: str, query: str) -> None:
    found = result(Request(f"/private/i/{ULID}{path}", 404, query=query))
    assert found in (403, 404) or str(found).startswith(f"private/{ULID}/")


@pytest.mark.parametrize(
    "key", sorted({r.result for r in REQUESTS if isinstance(r.result, str) and "/s/" in r.result})
)
def test_the_application_reads_the_keys_of_signed_files(key: str) -> None:
    image_id, folder, name = keys.without_private(key).split("/")
    private = key != keys.without_private(key)
    assert delivery.file_key(image_id, delivery.parse_file(folder, name), private=private) == key


@pytest.mark.parametrize(
    "name", ["w0300", "q5", "w300_h200", "w300w200", "fitcover_w300", "w9000", "w300_", "_w300", ""]
)
def test_a_transformation_with_another_spelling_is_no_file(name: str) -> None:
    with pytest.raises(NotFound):
        delivery.parse_file("s", f"{name}-0123abcd-{'ab' * 32}.webp")


def test_the_parameter_is_the_table_as_json() -> None:
    written = json.loads(edge_parameter.written({}))
    assert written["variants"] == {"1080p": "w", "720p": "w", "mobile": "w", "thumbnail": "w"}


def test_the_parameter_changes_with_the_rules_of_all_renditions() -> None:
    assert edge_parameter.written({"KEEP_CREDITS": "true"}) != edge_parameter.written({})


def test_a_table_that_is_too_long_for_a_parameter_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = tuple(Variant(name=f"a-variant-with-a-long-name-{n}", width=n) for n in range(1, 200))
    table = edge_parameter.load_table()
    monkeypatch.setattr(
        edge_parameter, "load_table", lambda _path: type(table)(variants=many, sizes=table.sizes)
    )
    with pytest.raises(SettingsError, match="4,096"):
        edge_parameter.written({})
