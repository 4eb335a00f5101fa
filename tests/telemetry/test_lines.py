"""The log's lines."""

import logging
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.telemetry import log_context, write_json_lines
from tests.builders import ULID
from tests.telemetry.conftest import Log


def test_a_line_has_timestamp_level_message_and_logger(log: Log) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)  # a line has whole milliseconds
    logging.getLogger("chalicelib.somewhere").warning("so %s", "it is")
    (line,) = log.lines()
    assert before <= datetime.fromisoformat(line.pop("timestamp")) <= datetime.now(UTC)
    assert line == {"level": "WARNING", "message": "so it is", "logger": "chalicelib.somewhere"}


def test_a_traceback_is_part_of_its_line(log: Log) -> None:
    try:
        raise RuntimeError("first\nsecond")
    except RuntimeError:
        logging.getLogger("chalicelib.somewhere").exception("broken")
    trace = log.line("broken")["exception"]
    assert trace.startswith("Traceback")
    assert trace.endswith("RuntimeError: first\nsecond")


@pytest.mark.parametrize("name", ["botocore.retries", "urllib3.connectionpool", "darkroom"])
def test_a_librarys_line_names_the_current_image(log: Log, name: str) -> None:
    with log_context.call():
        log_context.bind(image_id=ULID)
        logging.getLogger(name).warning("hm")
    assert log.line("hm")["image_id"] == ULID


def test_a_warning_is_a_line_with_the_current_image(log: Log) -> None:
    with log_context.call(), warnings.catch_warnings():
        warnings.simplefilter("always")
        log_context.bind(image_id=ULID)
        warnings.warn("old ways", stacklevel=1)
    (line,) = log.lines()
    assert (line["logger"], line["image_id"]) == ("py.warnings", ULID)
    assert "old ways" in line["message"]


@pytest.mark.parametrize(("level", "written"), [("DEBUG", True), ("INFO", False)])
def test_the_level_applies_to_our_own_lines(log: Log, level: str, written: bool) -> None:
    write_json_lines(level)
    logging.getLogger("chalicelib.somewhere").debug("detail")
    assert bool(log.lines()) is written


def test_a_librarys_details_are_never_written_since_they_hold_headers(log: Log) -> None:
    write_json_lines("DEBUG")
    logging.getLogger("botocore.endpoint").info("Authorization: AWS4-HMAC-SHA256 ...")
    assert log.lines() == []


def test_lambdas_own_handler_does_not_write_lines_twice(log: Log) -> None:
    logging.getLogger().addHandler(logging.StreamHandler())
    write_json_lines("INFO")
    logging.getLogger("chalicelib").warning("once")
    assert len(log.lines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "PUT https://b.s3.amazonaws.com/k?X-Amz-Credential=SECRET&X-Amz-Signature=SECRET failed",
        "Could not connect to the endpoint URL: 'http://127.0.0.1/k?partNumber=1&a=SECRET'",
        "no route for /images?cursor=SECRET",
        "AWS4-HMAC-SHA256 Credential=SECRET/x, SignedHeaders=host, Signature=SECRET",
        "X-Amz-Security-Token=SECRET",
    ],
)
def test_queries_and_signatures_are_removed(log: Log, text: str) -> None:
    own = logging.getLogger("chalicelib.somewhere")
    own.warning("%s", text)
    try:
        raise ValueError(text)
    except ValueError:
        own.exception("broken")
    assert "SECRET" not in log.text()


def test_only_the_image_id_is_kept_of_a_tickets_key(log: Log) -> None:
    logging.getLogger("chalicelib").warning("no b/uploads/a.b@example/%s/cat.jpg here", ULID)
    assert log.lines()[0]["message"] == f"no b/uploads/.../{ULID}/... here"


def test_the_text_around_a_query_is_kept(log: Log) -> None:
    logging.getLogger("chalicelib").warning("GET 'https://a.example/k?s=SECRET' failed")
    assert log.lines()[0]["message"] == "GET 'https://a.example/k?...' failed"
