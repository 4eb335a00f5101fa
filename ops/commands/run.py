"""`python -m ops run`: runs the whole product on this machine."""

import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click
from rich.console import Console

from chalicelib import imaging
from chalicelib.errors import DarkroomError, SettingsError
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from darkroom_client.cli.exit_codes import FAILED
from ops.local.stack import content_key, signing_settings
from ops.local.stack.environment import application_environment, inherited
from ops.local.stack.lock import only_stack
from ops.local.stack.options import Options, StackError, current_options
from ops.local.stack.private_files import make_private
from ops.local.stack.supervisor import Stack, addresses
from ops.local.storage.disk import is_disk_error
from ops.packaging import optional_packages
from ops.site_folder import checks, stages
from ops.site_folder.stage_schema import LOCAL

_FIRST_TOKEN = "Token ./darkroom token create --subject you@example.com"  # noqa: S105 - a hint
_DATA_HELP = "Directory for pictures, records and logs  [default: .darkroom]"
_WORKERS_HELP = "Pictures rendered at the same time  [default: the number of CPUs]"
_MODE_HELP = "Authentication of API calls: none, token or jwt  [default: none]"
_ORIGINS_HELP = "More origins that may upload, such as http://localhost:3000,http://localhost:5173"
_RETRY_HELP = "Seconds before an event's second and third try after a fault  [default: 1,2]"
_SWEEP_HELP = "Seconds before the first sweep, and between sweeps  [default: 60,600]"


@click.command()
@click.option(
    "--api-port", envvar="API_PORT", metavar="PORT", help="Port of the API  [default: 8000]"
)
@click.option(
    "--site-port", envvar="SITE_PORT", metavar="PORT", help="Port of the page  [default: 8080]"
)
@click.option("--s3-port", envvar="S3_PORT", metavar="PORT", help="Port of S3  [default: 8333]")
@click.option(
    "--aws-port",
    envvar="AWS_PORT",
    metavar="PORT",
    help="Port of DynamoDB and SQS  [default: 5001]",
)
@click.option("--data-dir", envvar="DATA_DIR", metavar="DIRECTORY", help=_DATA_HELP)
@click.option("--workers", envvar="WORKERS", metavar="N", help=_WORKERS_HELP)
@click.option("--auth-mode", envvar="AUTH_MODE", metavar="MODE", help=_MODE_HELP)
@click.option("--allowed-origins", envvar="ALLOWED_ORIGINS", metavar="ORIGINS", help=_ORIGINS_HELP)
@click.option("--retry-seconds", envvar="RETRY_SECONDS", metavar="A,B", help=_RETRY_HELP)
@click.option("--sweep-seconds", envvar="SWEEP_SECONDS", metavar="A,B", help=_SWEEP_HELP)
@optional_packages.local_options
def run(**given: Any) -> None:
    """Run the whole product on this machine, until Ctrl-C.

        python -m ops run --api-port 8001 --data-dir /tmp/darkroom

    Each option is also an environment variable: API_PORT, SITE_PORT, S3_PORT, AWS_PORT, DATA_DIR,
    WORKERS, AUTH_MODE, ALLOWED_ORIGINS, RETRY_SECONDS, SWEEP_SECONDS, ALLOW_HEIC, ALLOW_JXL,
    SIGN_RENDITIONS. AUTH_MODE=token requires tokens, as deployed stages do by default. A format is
    read only by a run that is told to, or if the stage local of the site folder allows it. A run
    that signs makes a key and certificates that nobody trusts, unless C2PA_KEY and
    C2PA_CERTIFICATES name files.
    """
    os.environ.update(optional_packages.chosen(given))
    given_options = {name.upper(): value for name, value in given.items() if value is not None}
    console = Console(highlight=False, soft_wrap=True, stderr=False)
    try:
        notes = [*checks.files(), *checks.check()]
        options = current_options(given_options)
        _check_settings(options)
        os.umask(0o077)  # records, keys and pictures are private to this user
        make_private(options.data)
        with only_stack(options.data):
            notes += _check_signing(options)
            signing_settings.record(options.data, application_environment(options, "api"))
            _run(options, console, notes)
    except (DarkroomError, OSError, sqlite3.Error) as error:
        if is_disk_error(error) and not isinstance(error, DarkroomError):
            error = StackError(f"The disk of DATA_DIR is full ({error}). Free some space on it.")
        click.echo(f"Darkroom cannot run. {error}", err=True)
        sys.exit(FAILED)


def _check_settings(options: Options) -> None:
    """SettingsError for a setting that the application would refuse."""
    # The credentials file may not exist yet.
    environment = application_environment(options, "api")
    settings = {n: v for n, v in environment.items() if not n.startswith("AWS_")}
    try:
        found = read_settings(settings)
        imaging.check_formats(heic=found.allow_heic, jxl=found.allow_jxl)
        if found.sign_renditions:
            imaging.check_signing()
    except SettingsError as reason:
        raise stages.located(reason, LOCAL, os.environ) from reason


def _check_signing(options: Options) -> list[str]:
    """What to say about signatures; SettingsError if renditions could not be signed."""
    environment = application_environment(options, "api")
    settings = {n: v for n, v in environment.items() if not n.startswith("AWS_")}
    notes = []
    if content_key.settings_of(options.data, inherited()):
        content_key.ensure(options.data)
        notes.append(
            "Renditions are signed with a test key of this machine: every reader of C2PA shows "
            "its certificate as untrusted (docs/content-credentials.md)"
        )
    try:
        found = read_settings(settings)
        if found.sign_renditions and found.signs_with_kms:
            raise SettingsError("C2PA_KEY names a key in KMS, which `make run` does not have.")
        credentials = Wiring(found).content_credentials
        if credentials:
            credentials.check()
    except SettingsError as reason:
        raise stages.located(reason, LOCAL, os.environ) from reason
    return notes


def _run(options: Options, console: Console, notes: Sequence[str]) -> None:
    for line in (f"Starting Darkroom; its data is in {options.data}", *notes):
        console.print(line, markup=False)
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
