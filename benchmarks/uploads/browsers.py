"""Chromium and Firefox behind a proxy, whose processes can be killed while a page works."""

import json
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ops.local.stack.environment import inherited
from ops.local.stack.processes import Server, wait_until
from tests.frontend.firefox import PREFERENCES, Firefox, addresses
from tests.frontend.tab import Tab
from tests.system import CHROMIUM, FIREFOX, program

_TIMEOUT = 60.0  # seconds for a browser to start, and for a page to load
_LOST = (Error, ConnectionClosed, ConnectionError, TimeoutError, AssertionError)


class BrowserGone(Exception):
    """The page, or the browser, did not respond."""


class Session(Protocol):
    """A browser with one page."""

    name: str
    kills: Sequence[str]  # the processes that can be killed

    def open(self, address: str) -> None:
        """Load a page, starting the browser or a new tab if needed; BrowserGone if it fails."""

    def pick(self, files: Sequence[Path]) -> None:
        """Choose files in the page's input."""

    def ask(self, function: str) -> Any:
        """The result of a JavaScript function; BrowserGone if the page does not respond."""

    def kill(self, what: str) -> None:
        """Kill a process by its id; `open` continues with the same profile."""


class ChromiumSession:
    """Chromium, driven by Playwright."""

    name = "Chromium"
    kills: Sequence[str] = ("tab", "browser")

    def __init__(self, playwright: Playwright, profile: Path, proxy_port: int) -> None:
        self._playwright = playwright
        self._profile = profile
        self._proxy = f"http://127.0.0.1:{proxy_port}"
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    def open(self, address: str) -> None:
        """See Session."""
        try:
            if self._context is None:
                self._context = self._start()
            if self._page is None:
                self._page = self._context.new_page()
                self._page.on("dialog", lambda dialog: dialog.accept())
            self._page.goto(address, timeout=_TIMEOUT * 1000)
        except Error as reason:
            raise BrowserGone(str(reason)) from reason

    def pick(self, files: Sequence[Path]) -> None:
        """See Session."""
        assert self._page is not None  # noqa: S101 (a mistake of the caller)
        self._page.locator("#picker").set_input_files(list(files))

    def ask(self, function: str) -> Any:
        """See Session."""
        if self._page is None:
            raise BrowserGone
        try:
            return self._page.evaluate(function)
        except Error as reason:
            raise BrowserGone(str(reason)) from reason

    def kill(self, what: str) -> None:
        """See Session."""
        browser = _browser_process(self._profile)
        # Debian's program is a shell script that starts the browser.
        whole = [*_descendants(browser), browser]
        _kill(whole if what == "browser" else _renderers(browser))
        page, context, self._page = self._page, self._context, None
        with suppress(Error):
            if page:
                page.close()
        if what == "browser" and context:
            self._context = None
            with suppress(Error):
                context.close()

    def close(self) -> None:
        """Stop the browser."""
        with suppress(Error):
            if self._context:
                self._context.close()

    def _start(self) -> BrowserContext:
        context = self._playwright.chromium.launch_persistent_context(
            self._profile,
            executable_path=program(CHROMIUM),
            args=["--no-sandbox"],
            proxy={"server": self._proxy, "bypass": "<-loopback>"},
        )
        context.set_default_timeout(_TIMEOUT * 1000)
        return context


class FirefoxSession:
    """Firefox, driven over WebDriver BiDi."""

    name = "Firefox"
    kills: Sequence[str] = ("browser",)

    def __init__(self, profile: Path, proxy_port: int) -> None:
        self._profile = profile
        self._preferences = {
            **PREFERENCES,
            "network.proxy.http_port": proxy_port,
            "network.proxy.allow_hijacking_localhost": True,
            # Otherwise it asks what to restore after it was killed.
            "browser.sessionstore.resume_from_crash": False,
            "toolkit.startup.max_resumed_crashes": -1,
        }
        self._server: Server | None = None
        self._running = ExitStack()
        self._tab: Tab | None = None

    def open(self, address: str) -> None:
        """See Session."""
        try:
            if self._tab is None:
                self._tab = self._start()
            self._tab.open(address)
        except _LOST as reason:
            raise BrowserGone(str(reason)) from reason

    def pick(self, files: Sequence[Path]) -> None:
        """See Session."""
        assert self._tab is not None  # noqa: S101 (a mistake of the caller)
        self._tab.pick(*files)

    def ask(self, function: str) -> Any:
        """See Session."""
        if self._tab is None:
            raise BrowserGone
        try:
            return self._tab.ask(function)
        except _LOST as reason:
            raise BrowserGone(str(reason)) from reason

    def kill(self, what: str) -> None:
        """See Session."""
        if what in self.kills:
            self.close()

    def close(self) -> None:
        """Kill the browser with its processes."""
        if self._server and self._server.exit_code is None:
            _kill(_descendants(self._server.pid))
            self._server.kill()
        self._tab = None
        with suppress(*_LOST):
            self._running.close()

    def _start(self) -> Tab:
        lines = [
            f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in self._preferences.items()
        ]
        (self._profile / "user.js").write_text("\n".join(lines))
        path = program(FIREFOX)
        options = ["--headless", "--profile", str(self._profile), "--remote-debugging-port=0"]
        # It refuses to run as root in another user's home.
        environment = inherited() | {"HOME": str(self._profile)}
        server = Server("Firefox", [path or FIREFOX, *options], environment, self._profile / "log")
        self._server = server
        server.start()
        wait_until(lambda: bool(addresses(server)), server, _TIMEOUT, lambda: False)
        socket = connect(f"{addresses(server)[0]}/session", max_size=None, ping_interval=None)
        firefox = Firefox(self._running.enter_context(socket))
        context = firefox.call("browsingContext.create", type="tab")["context"]
        return Tab(firefox.call, context)


@contextmanager
def chromium(proxy_port: int) -> Iterator[ChromiumSession]:
    """Chromium with a fresh profile."""
    with sync_playwright() as playwright, _profile() as profile:
        session = ChromiumSession(playwright, profile, proxy_port)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def firefox(proxy_port: int) -> Iterator[FirefoxSession]:
    """Firefox with a fresh profile."""
    with _profile() as profile:
        session = FirefoxSession(profile, proxy_port)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def _profile() -> Iterator[Path]:
    # A killed browser's processes may still write for a moment.
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _browser_process(profile: Path) -> int:
    """The process id of the browser with this profile."""
    for process in _processes():
        words = _command(process)
        if f"--user-data-dir={profile}" in words and not _is_child(words):
            return process
    raise BrowserGone


def _renderers(browser: int) -> list[int]:
    return [process for process in _descendants(browser) if "--type=renderer" in _command(process)]


def _kill(processes: Sequence[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _is_child(words: Sequence[str]) -> bool:
    return any(word.startswith("--type=") for word in words)


def _descendants(process: int) -> list[int]:
    parents = {child: _parent(child) for child in _processes()}
    found = [process]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _command(process: int) -> list[str]:
    with suppress(OSError):
        text = Path(f"/proc/{process}/cmdline").read_text(errors="replace")
        return text.replace("\0", " ").split(" ")
    return []


def _parent(process: int) -> int:
    with suppress(OSError):
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
        return int(stat.rpartition(")")[2].split()[1])
    return 0
