from http import HTTPStatus

import pytest

from ops.local.http import cdn
from ops.local.http.cdn import Behind
from tests.addresses import PRIVATE
from tests.edge_requests import TABLE

NOBODY = "127.0.0.1:9"  # the discard protocol's port, on which nothing listens


@pytest.mark.parametrize("path", PRIVATE)
def test_what_is_not_published_is_requested_neither_from_s3_nor_from_the_api(path: str) -> None:
    answer = cdn.answer(path, "", {}, Behind(TABLE, NOBODY))
    assert (answer.status, answer.body) == (HTTPStatus.NOT_FOUND, None)
