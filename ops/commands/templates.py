"""`python -m ops templates`: runs cfn-lint, checkov and cfripper on infrastructure/.

The first two read suppressions from a resource's metadata. cfripper does not, so its suppressions
are kept beside theirs in the same form, and compared with its findings here, both ways.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from darkroom_client.cli.exit_codes import FAILED
from ops.project import PROJECT

FOLDER = PROJECT / "infrastructure"

_CHECKOV = ("--framework", "cloudformation", "--skip-download", "--quiet", "--compact")
# cfripper checks the template with these parameters, which enable all resources.
_EVERYTHING = {
    "UseKmsKey": "true",
    "UseWaf": "true",
    "ApiDomain": "api.example",
    "AllowedOrigins": "https://photos.example",
    "EventTargetArn": "arn:aws:sqs:::listener",
    "AccessLogBucket": "logs",
    "AlarmEmail": "us@photos.example",
    "MonthlyBudget": "1",
}


class Finding(NamedTuple):
    """A violation of cfripper's `rule` by a resource."""

    resource: str
    rule: str


@click.command()
def templates() -> None:
    """Lint the CloudFormation templates and scan them for security problems.

        python -m ops templates

    It is part of `make check`.
    """
    files = sorted(FOLDER.glob("*.yaml"))
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    checkov = Path(sys.prefix) / "linters" / "bin" / "checkov"
    failed = [
        *_failed([str(cfn_lint), *map(str, files)]),
        *_failed([str(checkov), "--directory", str(FOLDER), *_CHECKOV]),
        *(complaint for file in files for complaint in complaints_of(file)),
    ]
    for complaint in failed:
        click.echo(complaint, err=True)
    if failed:
        sys.exit(FAILED)
    click.echo(f"{len(files)} templates passed.")


def complaints_of(file: Path) -> list[str]:
    """Findings of cfripper without a suppression, and suppressions without a finding."""
    found, excused = set(_findings(file)), set(excuses(file))
    return [
        *(f"{file.name}: {f.resource}: cfripper: {f.rule}" for f in sorted(found - excused)),
        *(f"{file.name}: {f.resource}: unused skip: {f.rule}" for f in sorted(excused - found)),
    ]


def excuses(file: Path) -> Iterator[Finding]:
    """Suppressions in the metadata of a template's resources, in checkov's form."""
    # A development dependency, which `make run` lacks.
    from cfnlint.decode import decode

    template, _ = decode(str(file))
    for name, resource in dict(template or {})["Resources"].items():
        for entry in resource.get("Metadata", {}).get("cfripper", {}).get("skip", ()):
            yield Finding(name, entry["id"])


def _failed(command: list[str]) -> list[str]:
    done = subprocess.run(command, cwd=PROJECT, check=False)
    return [f"This failed: {' '.join(command)}"] if done.returncode else []


def _findings(file: Path) -> Iterator[Finding]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as parameters:
        json.dump(_EVERYTHING, parameters)
        parameters.flush()
        options = ["--format", "json", "--resolve", "--resolve-parameters", parameters.name]
        command = [sys.executable, "-m", "cfripper", *options, "--logging", "ERROR", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):  # passed or failed; others are errors of cfripper itself
        raise click.ClickException(f"cfripper could not read {file.name}:\n{done.stderr}")
    failures: list[dict[str, Any]] = json.loads(done.stdout)["failures"]
    for failure in failures:
        if failure["rule_mode"] == "BLOCKING":
            yield from (Finding(resource, failure["rule"]) for resource in failure["resource_ids"])
