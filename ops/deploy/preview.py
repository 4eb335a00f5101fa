"""Shows what a deployment would change, without changing anything."""

from typing import Any

from ops.aws_errors import explained
from ops.deploy import site
from ops.deploy.chalice_state import functions
from ops.deploy.deployment import Deployment
from ops.deploy.templates import PARTS
from ops.iam.policies import FUNCTIONS

_UNKNOWN_SITE = "https://the-address-that-CloudFront-gives"
_UNKNOWN_DISTRIBUTION = "UNKNOWNYET"  # in the format of CloudFront's ids
_MEASURES = {"lambda_memory_size": "MemorySize", "lambda_timeout": "Timeout"}


def show_changes(deployment: Deployment) -> None:
    """Print the changes of each part, one line each."""
    values = {"DistributionId": _UNKNOWN_DISTRIBUTION, **deployment.template_values()}
    for part in PARTS:
        stack = deployment.stacks[part]
        changes = stack.preview(deployment.templates[part], values)
        _show(deployment, f"Stack {stack.name}", changes)
    _show(deployment, "Functions (their code is uploaded each time)", _functions(deployment))
    _show(deployment, "Page", _page(deployment))
    deployment.progress.say("Nothing was changed.")


def _show(deployment: Deployment, title: str, lines: list[str]) -> None:
    deployment.progress.say(title)
    for line in lines or ["nothing to change"]:
        deployment.progress.detail(line)


def _functions(deployment: Deployment) -> list[str]:
    account, stage = deployment.account, deployment.stage
    section = deployment.section
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
    files = site.page_files(deployment.site or _UNKNOWN_SITE)
    difference = site.compare(deployment.account, deployment.stage.site_bucket, files)
    lines = [f"~ {file.key}" for file in difference.changed]
    return lines + [f"- {key}" for key in difference.removed]
