"""The phases of a picture in X-Ray."""

import json
import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from chalicelib.ports.telemetry import Phase, Span
from chalicelib.telemetry import CloudWatch, xray
from tests.builders import ULID
from tests.pictures import jpeg
from tests.telemetry.conftest import Functions
from tests.waiting import GENEROUS

TRACE = "1-5759e988-bd862e3fe1be46a994272793"
HEADER = f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:1"
SPAN = Span(phase=Phase.READ, began=1_700_000_000.0, seconds=0.25)


class Daemon:
    """A fake of Lambda's X-Ray daemon."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.address = "{}:{}".format(*listening.getsockname())

    def received(self) -> list[dict[str, Any]]:
        """The documents so far. Loopback keeps datagrams in order."""
        documents = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"last", self._listening.getsockname())
        while (datagram := self._listening.recv(65_536)) != b"last":
            header, _, body = datagram.partition(b"\n")
            assert json.loads(header) == {"format": "json", "version": 1}
            documents.append(json.loads(body))
        return documents


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(GENEROUS)
        yield Daemon(listening)


def test_a_span_is_a_subsegment_of_lambdas_own_segment(daemon: Daemon) -> None:
    environment = {"_X_AMZN_TRACE_ID": HEADER, "AWS_XRAY_DAEMON_ADDRESS": daemon.address}
    xray.send([SPAN], ULID, environment)
    (document,) = daemon.received()
    own_id = document.pop("id")
    assert len(bytes.fromhex(own_id)) == 8
    assert document == {
        "type": "subsegment",
        "trace_id": TRACE,
        "parent_id": "53995c3f42cd8ad8",
        "name": "read",
        "start_time": 1_700_000_000.0,
        "end_time": 1_700_000_000.25,
        "annotations": {"image_id": ULID},
    }


@pytest.mark.parametrize(
    "header", ["", HEADER.replace("Sampled=1", "Sampled=0"), f"Root={TRACE};Sampled=1", "nonsense"]
)
def test_nothing_is_sent_for_a_call_that_is_not_traced(daemon: Daemon, header: str) -> None:
    environment = {"_X_AMZN_TRACE_ID": header, "AWS_XRAY_DAEMON_ADDRESS": daemon.address}
    xray.send([SPAN], ULID, environment)
    assert daemon.received() == []


@pytest.mark.parametrize("address", [None, "127.0.0.1:1", "no.such.host.invalid:2000"])
def test_a_missing_daemon_is_not_an_error(address: str | None) -> None:
    environment = {"_X_AMZN_TRACE_ID": HEADER}
    if address:
        environment["AWS_XRAY_DAEMON_ADDRESS"] = address
    xray.send([SPAN], ULID, environment)


@pytest.mark.parametrize(("tracing", "names"), [(True, ["read", "render", "store"]), (False, [])])
def test_the_phases_of_a_picture_are_traced_if_the_setting_is_on(
    application: ModuleType,
    functions: Functions,
    daemon: Daemon,
    monkeypatch: pytest.MonkeyPatch,
    tracing: bool,
    names: list[str],
) -> None:
    application.wiring.telemetry = CloudWatch(tracing=tracing)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", daemon.address)
    functions.upload(("a.jpg", jpeg()))
    assert [document["name"] for document in daemon.received()] == names
