"""`python -m ops run`: the whole product on this machine."""

import os
import signal
import sys
from types import FrameType

import click
from rich.console import Console

from ops.local.lock import only_stack
from ops.local.options import Options, StackError, read_options
from ops.local.stack import Stack, addresses

_FIRST_TOKEN = "Token ./darkroom token create --subject you@example.com"  # noqa: S105 - a hint
_DATA_HELP = "Where pictures, records and logs are kept  [default: .darkroom]"
_WORKERS_HELP = "How many pictures are rendered at once  [default: the number of CPUs]"
_MODE_HELP = "Who may call the API: none asks nobody, token, jwt  [default: none]"
_ORIGINS_HELP = "Further pages that may upload, such as http://localhost:3000,http://localhost:5173"
_RETRY_HELP = "The waits before an event's second and third try  [default: 1,2]"
_SWEEP_HELP = "The wait before the first sweep, and between two  [default: 60,600]"


@click.command()
@click.option(
    "--api-port", envvar="API_PORT", metavar="PORT", help="The API's port  [default: 8000]"
)
@click.option(
    "--site-port", envvar="SITE_PORT", metavar="PORT", help="The page's port  [default: 8080]"
)
@click.option("--s3-port", envvar="S3_PORT", metavar="PORT", help="S3's port  [default: 8333]")
@click.option(
    "--aws-port",
    envvar="AWS_PORT",
    metavar="PORT",
    help="DynamoDB's and SQS's port  [default: 5001]",
)
@click.option("--data-dir", envvar="DATA_DIR", metavar="DIRECTORY", help=_DATA_HELP)
@click.option("--workers", envvar="WORKERS", metavar="N", help=_WORKERS_HELP)
@click.option("--auth-mode", envvar="AUTH_MODE", metavar="MODE", help=_MODE_HELP)
@click.option("--allowed-origins", envvar="ALLOWED_ORIGINS", metavar="ORIGINS", help=_ORIGINS_HELP)
@click.option("--retry-seconds", envvar="RETRY_SECONDS", metavar="A,B", help=_RETRY_HELP)
@click.option("--sweep-seconds", envvar="SWEEP_SECONDS", metavar="A,B", help=_SWEEP_HELP)
def run(**given: str | None) -> None:
    """Run the whole product here, until Ctrl-C.

        python -m ops run --api-port 8001 --data-dir /tmp/darkroom

    Each option is also an environment variable: API_PORT, SITE_PORT, S3_PORT, AWS_PORT, DATA_DIR,
    WORKERS, AUTH_MODE, ALLOWED_ORIGINS, RETRY_SECONDS, SWEEP_SECONDS. AUTH_MODE=token asks for
    tokens, as a deployed stage does.
    """
    asked = {name.upper(): value for name, value in given.items() if value is not None}
    console = Console(highlight=False, soft_wrap=True, stderr=False)
    try:
        options = read_options({**os.environ, **asked})
        os.umask(0o077)  # records, keys and pictures are for this user's eyes
        options.data.mkdir(parents=True, exist_ok=True)
        with only_stack(options.data):
            _run(options, console)
    except (StackError, OSError) as error:
        click.echo(f"Darkroom cannot run. {error}", err=True)
        sys.exit(1)


def _run(options: Options, console: Console) -> None:
    console.print(f"Darkroom starts; its data is in {options.data}")
    progress = console.status("starting") if console.is_terminal else None
    stack = Stack(
        options,
        lambda part, seconds: console.print(f"  {part:<36} {seconds:5.1f} s", markup=False),
        lambda sentence: console.print(sentence, markup=False),
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stack.stop()

    def when_ready() -> None:
        if progress:
            progress.stop()
        _announce(options, console)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if progress:
        progress.start()
    try:
        stack.run(when_ready)
    finally:
        if progress:
            progress.stop()
    console.print("Darkroom has stopped")


def _announce(options: Options, console: Console) -> None:
    for name, address in addresses(options).items():
        console.print(f"{name:<5} {address}", markup=False)
    if options.auth_mode == "token":
        console.print(_FIRST_TOKEN, markup=False)
    console.print("Darkroom is ready")
