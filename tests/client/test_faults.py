"""Failures between a file and its bucket, and their outcomes."""

from pathlib import Path

import pytest

from ops.local.stack.ports import free_ports
from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom, expired, problem
from tests.frontend.servers import Response

BUSY = problem(503, "unavailable", "Try again shortly.")
FAILING = problem(500, "internal_error", "The fault is ours.")
TORN = Response(200, b'{"image_id": "01M')
DAMAGED = Response(400, b"<Error><Code>BadDigest</Code></Error>")
SLOW_DOWN = Response(503, b"<Error><Code>SlowDown</Code></Error>")


def limited(seconds: str) -> Response:
    return problem(429, "limit_reached", "At most 2 tickets.", **{"Retry-After": seconds})


@pytest.mark.parametrize(
    ("route", "faults"),
    [
        ("uploads", [FAILING, BUSY, TORN]),
        ("uploads", [None, None]),
        ("uploads", [Response(502, b"<html>Bad gateway</html>")]),
        ("bucket", [None, None, SLOW_DOWN]),
        ("bucket", [DAMAGED]),
        ("bucket", [expired()]),
        ("images", [BUSY, None, TORN]),
    ],
)
def test_a_transient_error_is_retried(
    run: Run, folder: Path, darkroom: FakeDarkroom, route: str, faults: list[Response | None]
) -> None:
    darkroom.faults[route].extend(faults)
    done = run("upload", str(folder / "a.jpg"))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "1 file, 1 ready")
    assert len(darkroom.arrivals) == 1


def test_a_rate_limit_is_waited_for_as_long_as_the_server_says(
    run: Run, folder: Path, darkroom: FakeDarkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("darkroom_client.cli.options.pause_until", lambda _: waits.append)
    darkroom.faults["uploads"].extend([limited("40"), limited("20")])
    assert run("upload", str(folder / "a.jpg"), "--no-wait").exit_code == 0
    first, second = [seconds for seconds in waits if seconds]
    assert (40 <= first <= 50, 20 <= second <= 25) == (True, True)


def test_a_rate_limit_of_hours_fails_at_once(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    darkroom.faults["uploads"].append(limited("7200"))
    done = run("upload", str(folder / "a.jpg"))
    assert (done.exit_code, "failed (limit_reached): At most 2" in done.stderr) == (1, True)


def test_a_lost_response_does_not_send_the_file_twice(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    darkroom.loses_answers = True
    assert run("upload", str(folder / "a.jpg")).exit_code == 0
    assert len(darkroom.arrivals) == 1


def test_a_file_that_the_bucket_has_already_is_uploaded(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    darkroom.faults["bucket"].append(
        Response(412, b"<Error><Code>PreconditionFailed</Code></Error>")
    )
    assert run("upload", str(folder / "a.jpg"), "--no-wait").exit_code == 0
    assert darkroom.requests["bucket"] == 1


def test_an_expired_ticket_is_replaced(run: Run, folder: Path, darkroom: FakeDarkroom) -> None:
    darkroom.life = -5
    darkroom.faults["bucket"].append(None)
    assert run("upload", str(folder / "a.jpg")).exit_code == 0
    assert darkroom.requests["uploads"] == 2
    assert darkroom.arrivals == [[*darkroom.images][-1]]


def test_a_bucket_that_never_accepts_a_file_fails_it(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    darkroom.faults["bucket"].extend([None] * 9)
    done = run("upload", str(folder / "a.jpg"))
    assert (done.exit_code, "failed (unreachable): " in done.stderr) == (1, True)


def test_a_file_that_becomes_shorter_while_it_is_sent_fails(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shorten(*_: object) -> str:
        (folder / "a.jpg").write_bytes(b"short")
        return "0" * 64

    monkeypatch.setattr("darkroom_client.cli.batch.checksum", shorten)
    done = run("upload", str(folder / "a.jpg"))
    assert "failed (unreadable): It changed while it was being sent." in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "0" * 26),
        ("delete", "0" * 26, "--yes"),
        ("open", "0" * 26),
        ("upload", __file__),
    ],
)
def test_an_unreachable_api_is_reported_at_once(run: Run, arguments: tuple[str, ...]) -> None:
    address = f"http://127.0.0.1:{free_ports(1)[0]}"
    done = run(*arguments, DARKROOM_API=address)
    assert (done.exit_code, done.stdout) == (1, "")
    reason = "no server is listening there"
    assert done.stderr == f"Not finished. {address}/health cannot be reached: {reason}.\n"


@pytest.mark.parametrize("arguments", [("list",), ("upload", __file__)])
def test_an_api_that_becomes_unreachable_ends_the_command(
    run: Run, darkroom: FakeDarkroom, arguments: tuple[str, ...]
) -> None:
    for route in ("uploads", "images"):
        darkroom.faults[route].extend([None] * 9)
    done = run(*arguments)
    assert (done.exit_code, "cannot be reached: the connection broke." in done.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [("list",), ("upload", __file__)])
def test_a_missing_or_wrong_token_is_reported(
    run: Run, darkroom: FakeDarkroom, arguments: tuple[str, ...]
) -> None:
    darkroom.token = "right"
    without = run(*arguments)
    assert (without.exit_code, "Put it into DARKROOM_TOKEN" in without.stderr) == (1, True)
    wrong = run(*arguments, DARKROOM_TOKEN="wrong-one")
    assert (wrong.exit_code, "refuses this token" in wrong.stderr) == (1, True)
    assert "wrong-one" not in wrong.output


def test_a_token_comes_from_the_environment_a_file_or_standard_input(
    run: Run, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.token = "right"
    (tmp_path / "token").write_text("right\n")
    assert run("list", DARKROOM_TOKEN="right").exit_code == 0
    assert run("list", "--token-file", str(tmp_path / "token")).exit_code == 0
    assert run("list", "--token-file", "-", stdin="right\n").exit_code == 0
    assert darkroom.tokens == {"Bearer right"}


def test_a_redirect_is_not_followed_with_the_token(run: Run, darkroom: FakeDarkroom) -> None:
    away = Response(307, b"", {"Location": f"{darkroom.address}/images?limit=21"})
    darkroom.faults["images"].append(away)
    done = run("list", DARKROOM_TOKEN="right")
    assert (done.exit_code, "returned 307" in done.stderr) == (1, True)


def test_a_token_that_is_not_text_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    done = run("list", "--token-file", str(tmp_path / "token"))
    assert (done.exit_code, "characters that no token has" in done.stderr) == (2, True)


def test_a_server_without_tls_is_not_reported_as_having_a_bad_certificate(
    run: Run, darkroom: FakeDarkroom
) -> None:
    address = darkroom.address.replace("http", "https")
    done = run("list", "--api", address)
    reason = "it does not use TLS, or an incompatible version"
    assert done.stderr == f"Not finished. {address}/health cannot be reached: {reason}.\n"


@pytest.mark.parametrize("address", ["photos.example", "ftp://photos.example", "http://", "x y"])
@pytest.mark.parametrize("verb", [("list", "--api"), ("smoke", "--url")])
def test_an_invalid_address_is_an_error(run: Run, verb: tuple[str, str], address: str) -> None:
    done = run(*verb, address)
    assert (done.exit_code, "is not a web address" in done.stderr) == (1, True)


def test_another_server_at_the_address_is_an_error(run: Run, darkroom: FakeDarkroom) -> None:
    done = run("list", "--api", f"{darkroom.address}/elsewhere")
    assert (done.exit_code, "another server responds" in done.stderr) == (1, True)
