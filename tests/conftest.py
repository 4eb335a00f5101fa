"""Fixtures that several kinds of tests share."""

import functools
import os
import signal
import tempfile
from collections.abc import Iterator
from types import ModuleType

import boto3
import chalice.test
import pytest
from chalice.local import LambdaContext
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from chalicelib.aws import clients
from chalicelib.wiring import Wiring
from tests.environment import SETTINGS
from tests.fakes.multipart import MemoryMultipart
from tests.fakes.objects import MemoryObjects
from tests.fakes.others import (
    FakeCdnSigner,
    FakeSigner,
    MemoryQueue,
    MemoryQuotaCounters,
    MemorySecrets,
    MemoryShares,
    MemorySizes,
    MemoryTokens,
    RecordingCdn,
)
from tests.fakes.table import MemoryImages
from tests.fakes.telemetry import RecordedTelemetry
from tests.frontend.firefox import Firefox, running_firefox
from tests.system import CHROMIUM, program
from tests.waiting import GENEROUS

pytest_plugins = ["tests.distribution", "tests.skips"]

os.environ.update(SETTINGS)  # app.py reads its settings when it is imported

# This checkout's own site folder, if there is one, is not what is tested.
_no_site = tempfile.TemporaryDirectory()
os.environ["DARKROOM_SITE"] = _no_site.name

# A shell starts background jobs with Ctrl-C ignored, and so would be the programs that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test fails because this machine is slow or busy.
settings.register_profile("slow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("slow")
expect.set_options(timeout=GENEROUS * 1000)
clients.wait_for_stores(GENEROUS)
# Chalice's test client gives a function three seconds.
chalice.test.LambdaContext = functools.partial(LambdaContext, max_runtime_ms=GENEROUS * 1000)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, of which a process has only one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """This machine's Chromium."""
    with playwright.chromium.launch(
        executable_path=program(CHROMIUM), args=["--no-sandbox"], timeout=GENEROUS * 1000
    ) as browser:
        yield browser


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """This machine's Firefox."""
    with running_firefox(tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reset boto3's session, which keeps region and credentials of its first use."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `app`, wired to fresh fakes."""
    import app

    wiring = with_fakes(Wiring.from_environment(SETTINGS))
    monkeypatch.setattr(app, "wiring", wiring)
    return app


def with_fakes(wiring: Wiring) -> Wiring:
    """Put `wiring` on stores in memory."""
    objects = MemoryObjects()
    wiring.objects = objects
    wiring.multipart_store = MemoryMultipart(objects, wiring.settings.uploads_bucket)
    wiring.images = wiring.index = wiring.bookmarks = wiring.outbox = MemoryImages()
    wiring.quota_counters = MemoryQuotaCounters()
    wiring.sizes = MemorySizes()
    wiring.secrets = MemorySecrets()
    wiring.token_store = MemoryTokens()
    wiring.signer = FakeSigner()
    wiring.work = MemoryQueue()
    wiring.cdn = RecordingCdn()
    wiring.cdn_signer = FakeCdnSigner()
    wiring.shares = MemoryShares()
    wiring.telemetry = RecordedTelemetry()
    return wiring


@pytest.fixture
def wiring(application: ModuleType) -> Wiring:
    """The wiring of `application`."""
    found: Wiring = application.wiring
    return found
