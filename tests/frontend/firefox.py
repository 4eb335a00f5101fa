"""Firefox over WebDriver BiDi: Playwright drives only its own patched build."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from ops.local.stack.environment import inherited
from ops.local.stack.processes import Server, wait_until
from tests.frontend.tab import Tab
from tests.system import FIREFOX, program
from tests.waiting import GENEROUS

Json = dict[str, Any]

# The browser logs every broken connection, and some tests break them.
BROKEN = "(Reason: CORS request did not succeed)"

PREFERENCES = {
    # Otherwise it opens connections in advance, and servers wait for requests that never come.
    "network.http.speculative-parallel-limit": 0,
    # Otherwise it contacts Mozilla: everything but loopback goes to a proxy that does not exist.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.failover_direct": False,
    "network.proxy.allow_bypass": False,
}


@contextmanager
def running_firefox(profile: Path) -> Iterator["Firefox"]:
    """This machine's Firefox, with a fresh profile."""
    path = program(FIREFOX)
    assert path, "Firefox is missing. Debian's package is firefox-esr; `make system` installs it."
    options = ["--headless", "--profile", str(profile), "--remote-debugging-port=0"]
    # It refuses to run as root in another user's home, as in CI.
    environment = inherited() | {"HOME": str(profile)}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    server = Server("Firefox", [path, *options], environment, profile / "log")
    try:
        server.start()
        wait_until(lambda: bool(addresses(server)), server, GENEROUS, lambda: False)
        address = f"{addresses(server)[0]}/session"
        # A busy browser does not answer pings.
        with connect(address, max_size=None, open_timeout=GENEROUS, ping_interval=None) as socket:
            yield Firefox(socket)
    finally:
        server.stop()


def addresses(server: Server) -> list[str]:
    """The addresses it listens on; none before it does."""
    return re.findall(r"BiDi listening on (\S+)\n", server.log.read_text(errors="replace"))


class Firefox:
    """A session; `complaints`: the console's errors and warnings, including policy violations."""

    def __init__(self, socket: ClientConnection) -> None:
        self.complaints: list[str] = []
        self._socket = socket
        self._calls = 0
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])

    def call(self, method: str, **params: Any) -> Json:
        """The result of a command; AssertionError if it fails."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=GENEROUS))
            if message.get("id") == self._calls:
                assert message["type"] == "success", f"{method}: {message['message']}"
                result: Json = message["result"]
                return result
            self._collect(message["params"])

    def _collect(self, entry: Json) -> None:
        if entry["level"] in ("error", "warn") and BROKEN not in entry["text"]:
            self.complaints.append(entry["text"])

    @contextmanager
    def watched_tab(self) -> Iterator[Tab]:
        """A tab with its own cookies and caches, which must not log errors or warnings."""
        user = self.call("browser.createUserContext")["userContext"]
        context = self.call("browsingContext.create", type="tab", userContext=user)["context"]
        try:
            yield Tab(self.call, context)
        finally:
            self.call("browser.removeUserContext", userContext=user)
            complaints, self.complaints = self.complaints, []
        assert not complaints, complaints
