"""The three stacks with their templates' default parameters."""

from types import ModuleType

import pytest

from tests.infrastructure.distribution import API
from tests.infrastructure.stacks import Stack, deployed


@pytest.fixture
def plain() -> Stack:
    """The stores with default parameters."""
    return deployed("stores")


@pytest.fixture
def with_key() -> Stack:
    return deployed("stores", {"UseKmsKey": "true"})


@pytest.fixture
def first() -> Stack:
    """The delivery of a first deployment, when there is no API yet."""
    return deployed("delivery")


@pytest.fixture
def delivery() -> Stack:
    return deployed("delivery", API)


@pytest.fixture
def watch() -> Stack:
    return deployed("watch")


@pytest.fixture
def functions(application: ModuleType) -> set[str]:
    """The names that Chalice gives to the stage's functions."""
    handlers = {source.name for source in application.app.event_sources}
    handlers |= {authorizer.name for authorizer in application.app.builtin_auth_handlers}
    return {"darkroom-dev", *(f"darkroom-dev-{handler}" for handler in handlers)}
