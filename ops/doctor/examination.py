"""Runs the checks of one target, and turns what cannot be reached into findings."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import __version__
from chalicelib.errors import DarkroomError
from darkroom_client.cli.addresses import ServerAddress, find_server
from darkroom_client.errors import ApiError
from darkroom_client.sync import Transport
from ops.account import connect
from ops.aws_errors import explained
from ops.deploy.stage import Stage, check_stage
from ops.doctor import served, setup, stage, table
from ops.doctor.finding import Finding, failure, warning
from ops.local.stack import readiness
from ops.maintenance.stage_access import LOCAL, Where, open_stage

_RESTART = "stop it with Ctrl-C, then: make run"
_DOCUMENT = "see docs/updating.md"


def examine(where: Where, url: str | None) -> Iterator[Finding]:
    """All findings about a stage, or about what is served at `url`, as they are found."""
    deploys = url is None and where.stage != LOCAL
    yield from setup.examine(deploys=deploys)
    yield served.client(__version__, setup.version_of("darkroom-client"))
    if url is not None:
        yield from _served_at(url)
    elif deploys:
        yield from _deployed(where)
    else:
        yield from _local(where)


def _served_at(url: str) -> Iterator[Finding]:
    try:
        with closing(Transport()) as transport:
            address = find_server(transport, url)
    except ApiError as reason:
        yield failure("api", str(reason))
        return
    yield from served.findings(served.observe(address), __version__, _DOCUMENT)


def _local(where: Where) -> Iterator[Finding]:
    try:
        options = where.options
    except DarkroomError as reason:
        yield failure("settings", str(reason))
        return
    is_running = readiness.answers(f"{options.api_url}/health")
    yield from setup.examine_local(options, is_running=is_running)
    if not is_running:
        yield warning("api", f"no Darkroom is running here ({options.api_url})", "make run")
        return
    address = ServerAddress(options.api_url, options.site_url)
    yield from served.findings(served.observe(address), __version__, _RESTART)
    yield from _attempted("table", lambda: _table(where))


def _deployed(where: Where) -> Iterator[Finding]:
    yield from _attempted("stage", lambda: _stage(where))


def _stage(where: Where) -> Iterator[Finding]:
    account = connect(where.profile, where.region)
    named = Stage(check_stage(where.stage), account.id, account.region, account.partition)
    state = stage.observe(account, named)
    yield from stage.findings(state, __version__)
    if state.page:
        address = ServerAddress(f"{state.page}/api", state.page)
        update = f"make deploy STAGE={where.stage}"
        yield from served.findings(served.observe(address), __version__, update)
        yield from _attempted("table", lambda: _table(where))


def _table(where: Where) -> Iterator[Finding]:
    wiring = open_stage(where)
    with explained():
        state = table.observe(wiring)
    yield from table.findings(state, where.stage)


def _attempted(part: str, find: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings, or a failure that says why there are none."""
    try:
        yield from find()
    except DarkroomError as reason:
        yield failure(part, str(reason))
    except (BotoCoreError, ClientError) as reason:
        yield failure(part, f"AWS cannot be asked: {reason}")
