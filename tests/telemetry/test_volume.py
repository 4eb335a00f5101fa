"""Log volume: CloudWatch bills logs by the byte, and docs/cost.md counts them."""

import pytest

from benchmarks.costs.usage import assumed
from chalicelib.views.costs import LOG_BYTES
from tests.builders import ULID
from tests.pictures import jpeg
from tests.telemetry.conftest import Functions, Log

LAMBDAS_OWN = """\
START RequestId: 5d1b7d0e-7b0d-4d4c-9c7c-2f3d0f3f1a11 Version: $LATEST
END RequestId: 5d1b7d0e-7b0d-4d4c-9c7c-2f3d0f3f1a11
REPORT RequestId: 5d1b7d0e-7b0d-4d4c-9c7c-2f3d0f3f1a11\tDuration: 406.31 ms\t\
Billed Duration: 407 ms\tMemory Size: 1769 MB\tMax Memory Used: 143 MB
"""


def billed(text: str) -> int:
    """Bytes, including the 26 that CloudWatch adds to each event."""
    return len(text) + 26 * text.count("\n")


def test_a_picture_logs_about_as_much_as_its_cost_assumes(functions: Functions, log: Log) -> None:
    functions.upload((f"uploads/everyone/{ULID}/a.jpg", jpeg(2400, 1800)))
    assert billed(log.text() + LAMBDAS_OWN) == pytest.approx(LOG_BYTES, rel=0.15)


def test_a_request_logs_about_as_much_as_the_document_assumes(
    functions: Functions, log: Log
) -> None:
    functions.http.get(f"/images/{ULID}")
    assert billed(log.text() + LAMBDAS_OWN) == pytest.approx(assumed().api_log_bytes, rel=0.15)
