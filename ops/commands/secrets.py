"""`python -m ops secrets`: checks that the repository contains no secrets."""

import json
import subprocess
import sys

import click

from darkroom_client.cli.exit_codes import FAILED

_BASELINE = ".secrets.baseline"
_CHECKSUM = r"^(sha256|_SHA256) = \"[0-9a-f]{64}\"$"  # of a public file


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
def secrets(files: tuple[str, ...]) -> None:
    """Fail on anything that looks like a secret and is not in the committed baseline.

        python -m ops secrets

    It is part of `make check`. With FILES, only those are checked.
    """
    command = [sys.executable, "-m", "detect_secrets", "scan"]
    command += ["--exclude-files", _BASELINE, "--exclude-lines", _CHECKSUM, *files]
    scanned = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(scanned.stdout)["results"]
    baseline = {entry["hashed_secret"] for entries in _baseline().values() for entry in entries}
    unknown = [
        (file, entry)
        for file, entries in found.items()
        for entry in entries
        if entry["hashed_secret"] not in baseline
    ]
    for file, entry in unknown:
        click.echo(f"{file}:{entry['line_number']}: {entry['type']}", err=True)
    if unknown:
        click.echo(f"Remove them, or add false alarms to {_BASELINE}.", err=True)
        sys.exit(FAILED)


def _baseline() -> dict[str, list[dict[str, str]]]:
    try:
        with open(_BASELINE, encoding="utf-8") as file:
            results: dict[str, list[dict[str, str]]] = json.load(file)["results"]
            return results
    except FileNotFoundError:
        return {}
