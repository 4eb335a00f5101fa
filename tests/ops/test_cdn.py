import threading
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest

from ops.local.http import cdn
from ops.local.http.cdn import Answer, Behind
from tests.addresses import PRIVATE
from tests.builders import ULID
from tests.edge_requests import TABLE
from tests.waiting import GENEROUS

WIDTH = f"/i/{ULID}"
LIMIT = 16
NOBODY = "127.0.0.1:9"  # the discard protocol's port, on which nothing listens


@pytest.mark.parametrize("path", PRIVATE)
def test_what_is_not_published_is_requested_neither_from_s3_nor_from_the_api(path: str) -> None:
    answer = cdn.answer(path, "", {}, Behind(TABLE, NOBODY))
    assert (answer.status, answer.body) == (HTTPStatus.NOT_FOUND, None)


def test_a_file_that_appears_while_a_request_waits_for_the_api_is_served_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = iter([HTTPStatus.NOT_FOUND, HTTPStatus.OK])
    monkeypatch.setattr(cdn, "read_object", lambda *_: Answer(next(looks)))
    answer = cdn.answer(WIDTH, "w=320", {}, Behind(TABLE, NOBODY))
    assert answer.status is HTTPStatus.OK


def test_the_api_is_given_no_more_requests_than_it_can_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once, most, lock, full = 0, 0, threading.Lock(), threading.Event()

    def locate(*_: object) -> Answer:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        if at_once == LIMIT:
            full.set()
        full.wait(GENEROUS)
        with lock:
            at_once -= 1
        return Answer(HTTPStatus.FOUND)

    monkeypatch.setattr(cdn, "read_object", lambda *_: Answer(HTTPStatus.NOT_FOUND))
    monkeypatch.setattr(cdn, "_locate", locate)
    with ThreadPoolExecutor(3 * LIMIT) as viewers:
        behind = Behind(TABLE, NOBODY)
        list(viewers.map(lambda _: cdn.answer(WIDTH, "w=320", {}, behind), range(3 * LIMIT)))
    assert most == LIMIT
