"""Fixtures that several kinds of tests share."""

import os
from types import ModuleType

import pytest

from tests.environment import SETTINGS
from tests.fakes.objects import MemoryObjects
from tests.fakes.others import MemoryQueue, RememberingSigner
from tests.fakes.table import MemoryImages

pytest_plugins = ["tests.skips"]

os.environ.update(SETTINGS)  # app.py reads its settings when it is imported


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `app`, wired to fresh fakes."""
    import app
    from chalicelib.wiring import Wiring

    wiring = Wiring.from_environment(SETTINGS)
    wiring.objects = MemoryObjects()
    wiring.table = MemoryImages()
    wiring.signer = RememberingSigner()
    wiring.work = MemoryQueue()
    monkeypatch.setattr(app, "wiring", wiring)
    return app
