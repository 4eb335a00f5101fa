from pathlib import Path
from typing import Any

import pytest

from tests.artifact.conftest import package
from tests.packages.infrastructure import compiled

__all__ = ["package"]


@pytest.fixture(scope="session")
def stage_template(package: Path) -> Any:
    """The parsed `stage.json` of a release."""
    import json

    return json.loads((package / "stage.json").read_text())


@pytest.fixture(scope="session")
def cdk_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the construct installed."""
    return compiled(tmp_path_factory.mktemp("cdk"))
