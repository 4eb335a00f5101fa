"""What a deployment records of a stage, and how a later one reads it."""

from pathlib import Path
from typing import Any

import pytest

from ops.deploy import stage_config
from ops.deploy.stage import Stage
from ops.site_folder import stages

STAGE = Stage("prod", "123456789012", "eu-central-1")
SIZES = {"lambda_memory_size": 1024, "lambda_timeout": 300}
OWN = {"lambda_memory_size": 512}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty site folder."""
    monkeypatch.setenv("DARKROOM_SITE", str(tmp_path))
    return tmp_path


def write(site: Path, text: str) -> Path:
    file = site / "stages.toml"
    file.write_text(text)
    return file


def deployed(stage: Stage, **variables: str) -> dict[str, Any]:
    """The section that a deployment records."""
    settings = {"UPLOADS_BUCKET": stage.uploads_bucket, **variables}
    section = stage_config.recorded(stage.name)
    return stage_config.with_settings(section, stage.name, settings, stage.tags)


def test_a_stage_of_an_earlier_version_is_read_from_the_tracked_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = {"api_handler": {"lambda_memory_size": 1769}, "sweep": SIZES}
    tracked = {
        "dev": {"lambda_functions": dev},
        "old": {"lambda_functions": {"api_handler": OWN}, "xray": True},
    }
    monkeypatch.setattr(stages, "PROJECT", tmp_path)
    monkeypatch.setattr(stages, "defaults", lambda _project=None: {"stages": tracked})
    assert stage_config.recorded("old") == {
        "lambda_functions": {"api_handler": OWN, "sweep": SIZES},
        "xray": True,
    }
