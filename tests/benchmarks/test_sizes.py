"""The sizes of uploaders in the documents are those that were measured."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.sizes import DOCUMENTS, RESULTS, UPLOADERS, table
from ops.project import FRONTEND

MEASURED = json.loads(RESULTS.read_text())["uploaders"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_the_measured_sizes(document: Path) -> None:
    assert f"<!-- sizes -->\n{table(MEASURED)}<!-- /sizes -->" in document.read_text()


def test_every_uploader_was_measured() -> None:
    assert [uploader["name"] for uploader in MEASURED] == list(UPLOADERS)


def test_the_measured_size_is_still_that_of_the_uploader() -> None:
    now = len(gzip.compress((FRONTEND / "bundle/uploader.js").read_bytes(), 9))
    assert MEASURED[0]["bytes"] == pytest.approx(now, rel=0.03), "run: python -m benchmarks.sizes"
