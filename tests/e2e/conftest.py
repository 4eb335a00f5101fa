"""One stack for all tests of the whole way."""

from collections.abc import Iterator

import pytest

from tests.e2e.client import ApiClient
from tests.stack.running import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What `make run` starts, on free ports and over an empty folder."""
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def client(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)
