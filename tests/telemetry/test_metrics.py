"""The metrics of each picture, in CloudWatch's embedded format."""

import json
from types import ModuleType
from typing import Any

import pytest

from chalicelib.errors import Reason
from chalicelib.model.image import Image
from chalicelib.telemetry import write_json_lines
from chalicelib.telemetry.metrics import UNITS
from tests.builders import s3_record
from tests.pictures import jpeg
from tests.telemetry.conftest import Functions, Log

GIVEN_UP = {
    "requestPayload": {"Records": [s3_record("lost.jpg")]},
    "responsePayload": {"errorType": "Sandbox.Timedout"},
}
# CloudWatch's units, as far as they are used: MetricDatum in its API reference.
STANDARD_UNITS = {"Count", "Bytes", "Milliseconds"}


def check_format(line: dict[str, Any]) -> None:
    """The rules of the specification, from the CloudWatch user guide.

    "Specification: Embedded metric format", its text and its JSON schema, read in November 2026.
    """
    metadata = line["_aws"]
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}
    assert type(metadata["Timestamp"]) is int  # milliseconds since 1970
    assert metadata["CloudWatchMetrics"]
    for directive in metadata["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert 1 <= len(directive["Namespace"]) <= 255
        assert directive["Dimensions"]
        for dimension_set in directive["Dimensions"]:
            assert len(dimension_set) <= 30
            assert all(isinstance(line[name], str) and line[name] for name in dimension_set)
        assert 1 <= len(directive["Metrics"]) <= 100
        for definition in directive["Metrics"]:
            assert set(definition) <= {"Name", "Unit", "StorageResolution"}
            assert 1 <= len(definition["Name"]) <= 255
            assert definition["Unit"] in STANDARD_UNITS
            assert type(line[definition["Name"]]) in (int, float)
    assert len(json.dumps(line)) < 256_000


def metrics_of(line: dict[str, Any]) -> dict[tuple[str, ...], dict[str, float]]:
    """The values that CloudWatch takes from a line, by their dimensions' values."""
    return {
        tuple(line[name] for name in names): {
            m["Name"]: line[m["Name"]] for m in directive["Metrics"]
        }
        for directive in line["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]
    }


def only_image(application: ModuleType) -> Image:
    (image,) = application.wiring.index.newest("everyone", None, 9, None).images
    return image  # type: ignore[no-any-return]


def test_a_ready_picture_is_counted_and_measured(
    application: ModuleType, functions: Functions, log: Log
) -> None:
    functions.upload(("a.jpg", jpeg()))
    line = log.line("picture ready")
    check_format(line)
    image = only_image(application)
    figures = metrics_of(line)[("local",)]
    assert list(metrics_of(line)) == [("local",)]
    assert set(figures) == set(UNITS) - {"Failures", "Repairs"}
    assert (figures["Pictures"], figures["Rejections"]) == (1, 0)
    assert figures["BytesIn"] == image.bytes
    assert figures["BytesOut"] == sum(rendition.bytes for rendition in image.renditions)
    phases = [figures[f"{name}Milliseconds"] for name in ("Read", "Render", "Store")]
    assert 0 < max(phases) <= sum(phases) <= image.processing.milliseconds + 2  # type: ignore[operator]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Dear diary,\n", Reason.NOT_AN_IMAGE),
        (jpeg()[:-2000], Reason.CORRUPT_IMAGE),
        (bytes(5_000_001), Reason.TOO_MANY_BYTES),
    ],
)
def test_a_rejected_picture_is_counted_by_its_reason(
    functions: Functions, log: Log, data: bytes, reason: Reason
) -> None:
    functions.upload(("a.jpg", data))
    line = log.line("picture rejected")
    check_format(line)
    figures = metrics_of(line)
    assert (figures[("local",)]["Pictures"], figures[("local",)]["Rejections"]) == (0, 1)
    assert figures[("local", reason.value)] == {"Rejections": 1}


def test_figures_that_were_not_measured_are_left_out(functions: Functions, log: Log) -> None:
    functions.upload(("a.jpg", bytes(5_000_001)))
    figures = metrics_of(log.line("picture rejected"))[("local",)]
    assert set(figures) == {"Pictures", "Rejections", "ReadMilliseconds", "BytesIn"}


def test_a_picture_that_is_given_up_is_a_failure(functions: Functions, log: Log) -> None:
    functions.invoke_with_messages("record_failure", GIVEN_UP)
    line = log.line("picture failed")
    check_format(line)
    assert metrics_of(line) == {("local",): {"Failures": 1}}


def test_a_repeated_event_is_not_counted_again(functions: Functions, log: Log) -> None:
    functions.upload(("a.jpg", jpeg()))
    functions.upload(("a.jpg", jpeg()))
    first, second = log.lines()
    assert "_aws" in first
    assert (second["message"], "_aws" in second) == ("nothing to do", False)


@pytest.mark.parametrize("level", ["WARNING", "ERROR"])
def test_metrics_are_written_at_any_level(functions: Functions, log: Log, level: str) -> None:
    write_json_lines(level)
    functions.upload(("a.jpg", jpeg()))
    (line,) = log.lines()
    check_format(line)


def test_only_rejection_reasons_add_metrics_to_the_names(functions: Functions, log: Log) -> None:
    """Each name with each value of its dimensions is billed: no image, key or owner may be one."""
    files = [jpeg(seed=1), jpeg(seed=2), b"", b"Dear diary,\n", b"%PDF-1.7\n%..."]
    for number, data in enumerate(files):
        functions.upload((f"{number}.jpg", data))
    functions.invoke_with_messages("record_failure", GIVEN_UP)
    functions.sweep()
    billed = {
        (name, dimensions)
        for line in log.lines()
        for dimensions, figures in metrics_of(line).items()
        for name in figures
    }
    assert {name for name, _ in billed} == set(UNITS)
    assert {dimensions[1:] for _, dimensions in billed} <= {
        (),
        *((reason.value,) for reason in Reason),
    }
