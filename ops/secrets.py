"""`python -m ops secrets`: no secret is in what git keeps."""

import json
import subprocess
import sys

import click

_BASELINE = ".secrets.baseline"
_CHECKSUM = r"^(sha256|_SHA256) = \"[0-9a-f]{64}\"$"  # of a file that anybody may fetch


@click.command()
def secrets() -> None:
    """Fail on anything that looks like a secret and is not in the committed baseline.

        python -m ops secrets

    It is a part of `make check`.
    """
    command = [sys.executable, "-m", "detect_secrets", "scan"]
    command += ["--exclude-files", _BASELINE, "--exclude-lines", _CHECKSUM]
    scanned = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(scanned.stdout)["results"]
    known = {entry["hashed_secret"] for entries in _known().values() for entry in entries}
    unknown = [
        (file, entry)
        for file, entries in found.items()
        for entry in entries
        if entry["hashed_secret"] not in known
    ]
    for file, entry in unknown:
        click.echo(f"{file}:{entry['line_number']}: {entry['type']}", err=True)
    if unknown:
        click.echo(f"Remove them, or add false alarms to {_BASELINE}.", err=True)
        sys.exit(1)


def _known() -> dict[str, list[dict[str, str]]]:
    try:
        with open(_BASELINE, encoding="utf-8") as file:
            results: dict[str, list[dict[str, str]]] = json.load(file)["results"]
            return results
    except FileNotFoundError:
        return {}
