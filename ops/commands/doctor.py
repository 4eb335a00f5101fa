"""`python -m ops doctor`: checks an installation, and says what to do."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from chalicelib import __version__
from darkroom_client.cli.exit_codes import DONE, EXPLAINED_FOR_CHECKS, FAILED
from ops.doctor.examination import examine
from ops.doctor.finding import Finding, Level
from ops.maintenance.stage_access import LOCAL, Where
from ops.terminal import report

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILURE: "red"}
_STAGE_HELP = f"A deployed stage, or {LOCAL} for the stack of `make run`  [default: {LOCAL}]"
_URL_HELP = "Address of any Darkroom's page or API, without access to its stores."
_PATH = click.Path(file_okay=False, path_type=Path)


@click.command(epilog=EXPLAINED_FOR_CHECKS)
@click.option("--stage", help=_STAGE_HELP)
@click.option("--url", metavar="URL", help=_URL_HELP)
@click.option("--region", help="AWS region of the stage  [default: your profile's]")
@click.option("--profile", help="AWS profile for credentials.")
@click.option(
    "--data-dir", envvar="DATA_DIR", type=_PATH, help="Directory of the local stack's data"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(
    stage: str | None,
    url: str | None,
    region: str | None,
    profile: str | None,
    data_dir: Path | None,
    *,
    as_json: bool,
) -> None:
    """Check this checkout, and a stage, its page and its table; say what to do.

    It compares versions, checks the table's indexes and up to 1,000 of its records, and what `make
    run` or `deploy` need on this machine. It changes nothing.

        python -m ops doctor

        python -m ops doctor --stage dev

        python -m ops doctor --url https://photos.example
    """
    if stage and url:
        raise click.UsageError("Give either --stage or --url.")
    found = examine(Where(stage or LOCAL, region, profile, data_dir), url)
    findings = list(found) if as_json else _printed(found)
    if as_json:
        report(_result(findings), [], as_json=True)
    else:
        click.echo(_summary(findings))
    sys.exit(FAILED if any(f.level is Level.FAILURE for f in findings) else DONE)


def _printed(found: Iterable[Finding]) -> list[Finding]:
    """Print each finding as soon as it is there."""
    findings = []
    for finding in found:
        findings.append(finding)
        click.echo("\n".join(lines(finding)))
    return findings


def lines(finding: Finding) -> list[str]:
    """A finding for people; its remedy is on a line of its own, to be copied."""
    level = click.style(f"{finding.level:<8}", fg=_COLOURS[finding.level])
    shown = [f"{level} {finding.part:<13} {finding.text}"]
    return [*shown, f"{'':<8} {'':<13} -> {finding.remedy}"] if finding.remedy else shown


def _summary(findings: list[Finding]) -> str:
    failures, warnings = (
        sum(finding.level is level for finding in findings)
        for level in (Level.FAILURE, Level.WARNING)
    )
    if not failures and not warnings:
        return "Everything is in order."
    return f"{_number(failures, 'failure')}, {_number(warnings, 'warning')}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _result(findings: list[Finding]) -> dict[str, Any]:
    return {
        "version": __version__,
        "failed": any(finding.level is Level.FAILURE for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }
