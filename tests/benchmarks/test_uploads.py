"""The benchmark of interrupted uploads: its proxy, its plan of disturbances, and what it counts."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.records import save
from benchmarks.uploads.disturbances import CUTS, KILLS, planned
from benchmarks.uploads.files import sizes_between, write_files
from benchmarks.uploads.page import PAGE, conclusion, page
from benchmarks.uploads.proxy import Attempt, Proxy
from benchmarks.uploads.results import Figures, Results, load, merged
from benchmarks.uploads.run import needless, sent_again, worst
from tests.frontend.servers import Request, Response, serving
from tests.waiting import GENEROUS, until

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nuploads/a/b/photo-07.jpg\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ncontent\r\n--x--\r\n'
)

FIGURES = Figures(
    commit="abc",
    uploader="Darkroom",
    browser="Chromium",
    user_agent="Mozilla/5.0 HeadlessChrome/156.0.1.2 Safari/537.36",
    files=50,
    bytes=1_000_000_000,
    ready=50,
    lost=0,
    twice=0,
    unfinished=0,
    kills=3,
    cuts=10,
    retries=0,
    sent=1_200_000_000,
    again=20,
    needless=0,
    worst=9,
    seconds=100.4,
)
RESULTS = Results(
    date="2026-11-30",
    machine="A machine, 2 CPUs",
    load=0.1,
    seed=7,
    rate=20_000_000,
    versions={"@uppy/core": "6.3.1"},
    figures=(FIGURES, replace(FIGURES, files=1, bytes=500_000_000, ready=1)),
)


@pytest.fixture
def received() -> list[int]:
    """The sizes of the bodies that the bucket received."""
    return []


@pytest.fixture
def bucket(received: list[int]) -> Iterator[str]:
    """A server that accepts everything, except what is sent to /refused."""

    def answer(request: Request) -> Response:
        received.append(len(request.body.read(request.length)))
        return Response(403 if request.path == "/refused" else 200, b"stored")

    with serving(answer) as origin:
        yield origin


@pytest.fixture
def proxy(bucket: str) -> Iterator[Proxy]:
    with Proxy(int(bucket.rpartition(":")[2]), bytes_per_second=1e9).running() as proxy:
        yield proxy


def through(proxy: Proxy) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.proxies = {"http": f"http://127.0.0.1:{proxy.port}"}
    return session


def test_the_proxy_counts_a_part_by_its_file_and_number(
    proxy: Proxy, bucket: str, received: list[int]
) -> None:
    address = f"{bucket}/uploads/a/b/photo-03.jpg?uploadId=1&partNumber=2"
    assert through(proxy).put(address, data=bytes(300_000), timeout=GENEROUS).text == "stored"
    (attempt,) = proxy.attempts
    assert (attempt.file, attempt.part, attempt.sent) == ("photo-03.jpg", 2, 300_000)
    assert attempt.stored is not None
    assert (received, proxy.delivered()) == ([300_000], 300_000)


def test_the_proxy_counts_a_form_by_the_key_in_it(proxy: Proxy, bucket: str) -> None:
    through(proxy).post(f"{bucket}/", data=FORM, timeout=GENEROUS)
    (attempt,) = proxy.attempts
    assert (attempt.file, attempt.part, attempt.sent) == ("photo-07.jpg", 1, len(FORM))


def test_a_part_that_the_bucket_refused_is_not_stored(proxy: Proxy, bucket: str) -> None:
    through(proxy).put(f"{bucket}/refused", data=b"content", timeout=GENEROUS)
    assert [attempt.stored for attempt in proxy.attempts] == [None]


def test_requests_to_other_servers_are_not_counted(proxy: Proxy, received: list[int]) -> None:
    with serving(lambda _: Response(200, b"other")) as other:
        assert through(proxy).post(other, data=FORM, timeout=GENEROUS).text == "other"
    assert (proxy.attempts, received) == ([], [])


def test_the_proxy_leads_to_this_machine_only(proxy: Proxy) -> None:
    assert through(proxy).get("http://example.invalid/", timeout=GENEROUS).status_code == 502


def test_a_cut_ends_a_request_that_is_under_way(proxy: Proxy, bucket: str) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        head = f"PUT {bucket}/photo.jpg HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(head.encode() + bytes(10))
        until(lambda: proxy.attempts)
        proxy.cut(GENEROUS)
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    assert (proxy.attempts[0].sent, proxy.delivered()) == (10, 0)


def test_a_cut_refuses_what_comes_after_it(proxy: Proxy, bucket: str) -> None:
    proxy.cut(GENEROUS)
    assert not proxy.is_open
    with pytest.raises(requests.ConnectionError):
        through(proxy).get(bucket, timeout=GENEROUS)


def test_the_network_is_back_after_a_cut(proxy: Proxy, bucket: str) -> None:
    proxy.cut(0)
    assert proxy.is_open
    assert through(proxy).get(bucket, timeout=GENEROUS).text == "stored"


def test_a_proxy_leaves_no_thread() -> None:
    before = threading.active_count()
    with Proxy(1, 1e9).running():
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_a_proxy_runs_beside_a_loop_of_its_callers_thread() -> None:
    async def port() -> int:
        with Proxy(1, 1e9).running() as proxy:
            return proxy.port

    with ThreadPoolExecutor(1) as pool:  # this thread may run a loop, too
        assert pool.submit(asyncio.run, port()).result() > 0


@given(st.integers(), st.sampled_from([("tab", "browser"), ("browser",)]))
def test_a_plan_has_all_kills_and_cuts_in_order(seed: int, processes: tuple[str, ...]) -> None:
    plan = planned(seed, processes)
    kills = [disturbance.kill for disturbance in plan if disturbance.kill]
    assert (len(kills), len(plan)) == (KILLS, KILLS + CUTS)
    assert set(kills) == set(processes)
    assert [d.at for d in plan] == sorted(d.at for d in plan)
    assert plan == planned(seed, processes)


@given(st.integers(2, 60), st.integers())
def test_sizes_reach_from_the_smallest_to_the_largest(count: int, seed: int) -> None:
    sizes = sizes_between(count, 1, 40, seed)
    assert (len(sizes), min(sizes), max(sizes)) == (count, 1, 40)


def test_files_have_their_sizes_and_differ(tmp_path: Path) -> None:
    files = write_files(tmp_path, [50_000, 50_000], seed=1)
    first, second = (file.read_bytes() for file in files)
    assert (len(first), len(second)) == (50_000, 50_000)
    assert first != second
    assert first.startswith(b"\xff\xd8")


def attempt(part: int, began: float, stored: float | None = None) -> Attempt:
    return Attempt("photo.jpg", part, began, 10, 10, stored)


def test_a_part_is_sent_again_if_something_of_it_was_sent_before() -> None:
    attempts = [attempt(1, 0), attempt(2, 1, 2), attempt(1, 3, 4)]
    assert sent_again(attempts) == attempts[2:]


def test_only_a_part_that_was_stored_before_is_sent_again_needlessly() -> None:
    assert needless([attempt(1, 0), attempt(1, 3, 4)]) == 0
    assert needless([attempt(1, 0, 1), attempt(1, 3, 4)]) == 1


def test_the_worst_disturbance_is_the_one_with_the_most_parts_sent_again_after_it() -> None:
    again = [attempt(1, 11), attempt(2, 12), attempt(1, 21)]
    assert worst(again, [10, 20]) == 2
    assert worst([], [10, 20]) == 0


def test_the_page_has_the_figures_of_the_latest_run() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load())


def test_a_saved_run_is_read_unchanged(tmp_path: Path) -> None:
    save(RESULTS, tmp_path / "run.json")
    assert load(tmp_path / "run.json") == RESULTS


def test_rows_that_are_measured_again_replace_the_earlier_ones() -> None:
    again = replace(FIGURES, commit="def", ready=49)
    found = merged(RESULTS, replace(RESULTS, load=0.2, figures=(again,)))
    assert (found.load, found.figures) == (0.2, (again, RESULTS.figures[1]))


def test_the_page_has_a_row_for_each_uploader_and_browser() -> None:
    row = "| Darkroom | Chromium | 50 of 50 | 0 | 0 | 0 | 3, 10 | 0 | 120% | 20 | 9 | 0 | 100 |"
    assert row in page(RESULTS)


def test_the_page_names_what_went_wrong() -> None:
    assert "lost none" in conclusion([FIGURES])
    assert conclusion([replace(FIGURES, lost=1)]) == "Darkroom's uploader lost files."
    assert "more than 9 parts" in conclusion([replace(FIGURES, worst=10)])


def test_losses_of_others_are_not_ours() -> None:
    assert "lost none" in conclusion([replace(FIGURES, uploader="Uppy", lost=3)])
