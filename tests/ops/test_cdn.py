from http import HTTPStatus

import pytest

from ops.local.http.cdn import read_image
from tests.addresses import PRIVATE


@pytest.mark.parametrize("path", PRIVATE)
def test_what_is_not_a_rendition_is_not_even_requested_from_s3(path: str) -> None:
    answer = read_image(path.removeprefix("/images/"), {})
    assert (answer.status, answer.body) == (HTTPStatus.NOT_FOUND, None)
