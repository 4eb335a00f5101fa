"""A bill of materials cannot be made without CycloneDX's tool."""

import zipfile
from pathlib import Path

import pytest

from ops.release import sbom
from ops.release.errors import ReleaseError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A release's archive with an empty layer."""
    layer, whole = tmp_path / "layer-deployment.zip", tmp_path / "darkroom-1.2.3.zip"
    with zipfile.ZipFile(layer, "w") as opened:
        opened.writestr("python/lib/python3.13/site-packages/six.py", "")
    with zipfile.ZipFile(whole, "w") as opened:
        opened.write(layer, layer.name)
    return whole


def test_a_missing_tool_is_an_error_that_names_the_command(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sbom, "TOOLS", tmp_path)
    with pytest.raises(ReleaseError, match="`make artifacts` does so"):
        sbom.write(archive, "1.2.3", tmp_path / "bill.json")


def test_a_tool_that_fails_is_an_error_with_its_message(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "cyclonedx-py"
    program.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sbom, "TOOLS", tmp_path)
    with pytest.raises(ReleaseError, match="it is broken"):
        sbom.write(archive, "1.2.3", tmp_path / "bill.json")
