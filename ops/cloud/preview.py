"""What a deployment would change, found out without changing anything."""

from typing import Any

from ops.cloud import page, record
from ops.cloud.deployed import functions
from ops.cloud.deployment import Deployment
from ops.cloud.faults import explained
from ops.cloud.policies import FUNCTIONS
from ops.cloud.templates import PARTS

_UNKNOWN_SITE = "https://the-address-that-CloudFront-gives"
_UNKNOWN_DISTRIBUTION = "UNKNOWNYET"  # of the form that CloudFront's ids have
_MEASURES = {"lambda_memory_size": "MemorySize", "lambda_timeout": "Timeout"}


def show_changes(deployment: Deployment) -> None:
    """Each part and what would become of it, a line each."""
    facts = {"DistributionId": _UNKNOWN_DISTRIBUTION, **deployment.facts()}
    for part in PARTS:
        stack = deployment.stacks[part]
        changes = stack.preview(deployment.templates[part], facts)
        _show(deployment, f"Stack {stack.name}", changes)
    _show(deployment, "Functions (their code is sent each time)", _functions(deployment))
    _show(deployment, "Page", _page(deployment))
    deployment.teller.say("Nothing was changed.")


def _show(deployment: Deployment, title: str, lines: list[str]) -> None:
    deployment.teller.say(title)
    for line in lines or ["nothing to change"]:
        deployment.teller.detail(line)


def _functions(deployment: Deployment) -> list[str]:
    account, stage = deployment.account, deployment.stage
    section = record.recorded(stage.name)
    with explained():
        there = functions(account, stage)
        lines = [f"+ {stage.function(name)}" for name in FUNCTIONS if name not in there]
        lines += [f"- {stage.function(name)}" for name in there if name not in FUNCTIONS]
        client = account.client("lambda")
        for name in FUNCTIONS:
            if name in there:
                present = client.get_function_configuration(FunctionName=there[name])
                lines.append(f"~ {stage.function(name)}{_measures(section, name, present)}")
    return lines


def _measures(section: dict[str, Any], name: str, present: dict[str, Any]) -> str:
    wanted = {**section, **section.get("lambda_functions", {}).get(name, {})}
    changes = [
        f"{measure} {present[theirs]} -> {wanted[measure]}"
        for measure, theirs in _MEASURES.items()
        if measure in wanted and wanted[measure] != present[theirs]
    ]
    return f" ({', '.join(changes)})" if changes else ""


def _page(deployment: Deployment) -> list[str]:
    files = page.page_files(deployment.site or _UNKNOWN_SITE)
    difference = page.compare(deployment.account, deployment.stage.site_bucket, files)
    lines = [f"~ {file.key}" for file in difference.changed]
    return lines + [f"- {key}" for key in difference.removed]
