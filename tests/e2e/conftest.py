"""One stack for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.e2e.client import ApiClient
from tests.frontend.servers import Request, Response, serving
from tests.stack.running import Stack, running_stack
from tests.webhooks.receivers import Receiver, running_receiver


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[str]:
    """The origin of another site, whose page has the body given in its query."""

    def answer(request: Request) -> Response:
        body = "".join(request.query.get("body", ()))
        return Response(200, body.encode(), {"Content-Type": "text/html"})

    with serving(answer) as origin:
        yield origin


@pytest.fixture(scope="package")
def webhooks() -> Iterator[Receiver]:
    """A receiver of webhooks that refuses the first one."""
    with running_receiver() as receiver:
        receiver.statuses = [503, 200]
        yield receiver


@pytest.fixture(scope="package")
def stack(
    tmp_path_factory: pytest.TempPathFactory, elsewhere: str, webhooks: Receiver
) -> Iterator[Stack]:
    """The stack of `make run`, on free ports and with an empty data directory."""
    data = tmp_path_factory.mktemp("stack")
    with running_stack(data, ALLOWED_ORIGINS=elsewhere, WEBHOOK_URL=webhooks.url) as stack:
        yield stack


@pytest.fixture(scope="package")
def client(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)
