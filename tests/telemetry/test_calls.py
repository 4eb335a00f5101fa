"""The fields of a call's log lines."""

import json
import threading
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chalicelib.errors import TransientError
from chalicelib.telemetry import invocations, log_context
from chalicelib.telemetry.invocations import log_invocation, names_of
from tests.builders import ULID, s3_record
from tests.pictures import jpeg
from tests.telemetry.conftest import Functions, Log
from tests.waiting import GENEROUS


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("darkroom-dev-process_upload", ("dev", "process_upload")),
        ("darkroom-dev", ("dev", "api_handler")),
        ("process_upload", ("local", "process_upload")),
    ],
)
def test_stage_and_function_are_read_from_lambdas_name(name: str, names: tuple[str, str]) -> None:
    assert names_of(name) == names


def test_every_line_names_its_call(functions: Functions, log: Log) -> None:
    functions.upload(("a.jpg", jpeg()))
    for line in log.lines():
        assert (line["stage"], line["function"]) == ("local", "process_upload")
        assert len(line["request_id"]) == 36
        assert isinstance(line["cold_start"], bool)


def test_only_the_first_call_of_a_process_is_a_cold_start(
    functions: Functions, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocations, "_calls", count())
    for key in ("a.jpg", "b.jpg", "c.jpg"):
        functions.upload((key, jpeg()))
    assert [line["cold_start"] for line in log.lines()] == [True, False, False]


def test_every_line_of_an_event_names_its_own_image(
    application: ModuleType, functions: Functions, log: Log
) -> None:
    functions.upload(("a.jpg", jpeg(seed=1)), ("b.jpg", b"no picture"))
    functions.upload(("c.jpg", jpeg(seed=3)))
    images = application.wiring.index.newest("everyone", None, 9, None).images
    ids = {image.original_file: image.id for image in images}
    assert [line["image_id"] for line in log.lines()] == [ids[f"{name}.jpg"] for name in "abc"]


def test_no_fields_remain_after_a_call(functions: Functions) -> None:
    functions.upload(("a.jpg", jpeg()))
    assert log_context.bound() == {}


def test_an_error_is_one_line_with_its_image_and_traceback(
    application: ModuleType, functions: Functions, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(application.wiring.objects, "read", broken)
    with pytest.raises(RuntimeError):
        functions.upload(("a.jpg", jpeg()))
    (line,) = log.lines()
    (image,) = application.wiring.index.newest("everyone", None, 9, None).images
    assert (line["level"], line["message"], line["image_id"]) == ("ERROR", "call failed", image.id)
    assert line["exception"].endswith("RuntimeError: no such luck")


def test_an_unavailable_store_is_a_warning_with_the_expected_image(
    application: ModuleType, functions: Functions, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise TransientError("DynamoDB cannot answer right now.")

    monkeypatch.setattr(application.wiring.images, "get", away)
    with pytest.raises(TransientError):
        functions.invoke("process_upload", {"Records": [s3_record(f"uploads/me/{ULID}/a.jpg")]})
    (line,) = log.lines()
    assert (line["level"], line["image_id"]) == ("WARNING", ULID)
    assert "exception" not in line


def test_a_request_is_a_line_with_its_route_status_and_image(
    functions: Functions, log: Log
) -> None:
    functions.http.get(f"/images/{ULID}?nonsense=1")
    line = log.line("request answered")
    fields = [line[name] for name in ("stage", "function", "method", "route", "status", "image_id")]
    assert fields == ["local", "api_handler", "GET", "/images/{image_id}", 404, ULID]


def test_a_ticket_is_a_line_of_its_image(functions: Functions, log: Log) -> None:
    path = "/generate-upload-url?filename=a.jpg&content_type=image/jpeg&size=12"
    image_id = functions.http.get(path).json_body["image_id"]
    given, answered = log.lines()
    assert (given["message"], given["bytes_announced"]) == ("ticket given", 12)
    assert given["image_id"] == answered["image_id"] == image_id


@pytest.mark.parametrize("name", ["x' OR 1=1", "..%2f..", "a" * 26])
def test_an_invalid_image_id_is_not_logged(functions: Functions, log: Log, name: str) -> None:
    functions.http.get(f"/images/{name}")
    assert "image_id" not in log.line("request answered")


def test_a_view_that_fails_is_logged_once_with_its_traceback(
    application: ModuleType, functions: Functions, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("password=1234")

    monkeypatch.setattr(application.wiring.images, "get", broken)
    functions.http.get(f"/images/{ULID}")
    (line,) = [line for line in log.lines() if "exception" in line]
    assert line["image_id"] == ULID
    assert line["exception"].endswith("RuntimeError: password=1234")


TOKEN = f"dr_{16 * 'a'}_{64 * 'b'}"
SHOWN = {"type": "TOKEN", "authorizationToken": f"Bearer {TOKEN}", "methodArn": "arn"}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (TransientError("DynamoDB cannot answer right now."), "Store unavailable: DynamoDB cannot"),
        (RuntimeError("no such luck"), "call failed"),
    ],
)
def test_an_authorizer_that_fails_is_a_line_of_its_own(
    application: ModuleType,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    message: str,
) -> None:
    def fail(_: str) -> None:
        raise fault

    monkeypatch.setattr(application.wiring.token_store, "get", fail)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "darkroom-dev-authorize")
    with pytest.raises(type(fault)):
        application.authorize(SHOWN, None)
    text = log.text()
    line = json.loads(text)
    assert line["message"].startswith(message)
    assert (line["stage"], line["function"]) == ("dev", "authorize")
    assert TOKEN not in text


def test_concurrent_calls_have_separate_fields() -> None:
    """As on the local API, which handles each request in its own thread."""
    meeting, found = threading.Barrier(2, timeout=GENEROUS), {}

    def work(event: SimpleNamespace) -> None:
        log_context.bind(image_id=event.name)
        meeting.wait()
        found[event.name] = log_context.bound()["image_id"]

    threads = [
        threading.Thread(target=log_invocation, args=(SimpleNamespace(name=name), work))
        for name in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"a": "a", "b": "b"}
