"""Shows what a deployment would change, without changing anything."""

from collections.abc import Iterator, Mapping
from typing import Any

from ops.aws_errors import explained
from ops.deploy import site
from ops.deploy.chalice_state import functions
from ops.deploy.deployment import Deployment
from ops.deploy.limits import limit_changes
from ops.deploy.parameters import Values
from ops.deploy.templates import PARTS
from ops.iam.policies import FUNCTIONS, policy_of

_UNKNOWN_SITE = "https://the-address-that-CloudFront-gives"
_UNKNOWN_DISTRIBUTION = "UNKNOWNYET"  # in the format of CloudFront's ids
_UNKNOWN_KEY = "the-key-that-KMS-creates"
_MEASURES = {"lambda_memory_size": "MemorySize", "lambda_timeout": "Timeout"}


def show_changes(deployment: Deployment) -> None:
    """Print the changes of each part, one line each."""
    values = {"DistributionId": _UNKNOWN_DISTRIBUTION, **deployment.template_values()}
    if values.get("UseKmsKey") == "true" and not values["KmsKeyArn"]:
        values["KmsKeyArn"] = _UNKNOWN_KEY
    for part in PARTS:
        stack = deployment.stacks[part]
        changes = stack.preview(deployment.templates[part], values)
        _show(deployment, f"Stack {stack.name}", changes)
    lines = _functions(deployment, values)
    _show(deployment, "Functions (their code is uploaded each time)", lines)
    _show(deployment, "Permissions of functions", _roles(deployment, values))
    lines = limit_changes(deployment.account, deployment.stage, deployment.options.limits)
    _show(deployment, "Limits of the API, and logs", lines)
    _show(deployment, "Page", _page(deployment))
    deployment.progress.say("Nothing was changed.")


def _show(deployment: Deployment, title: str, lines: list[str]) -> None:
    deployment.progress.say(title)
    for line in lines or ["nothing to change"]:
        deployment.progress.detail(line)


def _functions(deployment: Deployment, values: Values) -> list[str]:
    account, stage = deployment.account, deployment.stage
    section = deployment.next_section(values)
    with explained():
        there = functions(account, stage)
        lines = [f"+ {stage.function(name)}" for name in FUNCTIONS if name not in there]
        lines += [f"- {stage.function(name)}" for name in there if name not in FUNCTIONS]
        client = account.client("lambda")
        for name in FUNCTIONS:
            if name in there:
                present = client.get_function_configuration(FunctionName=there[name])
                lines.append(f"~ {stage.function(name)}{_measures(section, name, present)}")
                lines += [f"    {change}" for change in _settings(section, name, present)]
    return lines


def _measures(section: Mapping[str, Any], name: str, present: Mapping[str, Any]) -> str:
    wanted = {**section, **section.get("lambda_functions", {}).get(name, {})}
    changes = [
        f"{measure} {present[theirs]} -> {wanted[measure]}"
        for measure, theirs in _MEASURES.items()
        if measure in wanted and wanted[measure] != present[theirs]
    ]
    return f" ({', '.join(changes)})" if changes else ""


def _settings(section: Mapping[str, Any], name: str, present: Mapping[str, Any]) -> Iterator[str]:
    """Changes of a function's environment variables, in the order of their names."""
    own = section.get("lambda_functions", {}).get(name, {}).get("environment_variables", {})
    wanted = {**section["environment_variables"], **own}
    there = present.get("Environment", {}).get("Variables", {})
    for variable in sorted(wanted.keys() | there.keys()):
        before, after = there.get(variable), wanted.get(variable)
        if before is None:
            yield f"+ {variable} {after}"
        elif after is None:
            yield f"- {variable} {before}"
        elif before != after:
            yield f"~ {variable} {before} -> {after}"


def _roles(deployment: Deployment, values: Values) -> list[str]:
    """Changes of the statements in the roles' policies."""
    client, stage = deployment.account.client("iam"), deployment.stage
    names = deployment.names(deployment.next_section(values), values)
    lines = []
    for function in FUNCTIONS:
        role = stage.role(function)
        with explained():
            try:
                found = client.get_role_policy(RoleName=role, PolicyName=role)
            except client.exceptions.NoSuchEntityException:
                continue
        changes = _statements(found["PolicyDocument"], policy_of(function, names))
        lines += [f"~ {role} ({changes})"] if changes else []
    return lines


def _statements(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    before, after = ({s["Sid"]: s for s in p["Statement"]} for p in (present, wanted))
    signs = [
        *(f"+ {sid}" for sid in after if sid not in before),
        *(f"- {sid}" for sid in before if sid not in after),
        *(f"~ {sid}" for sid in after if sid in before and before[sid] != after[sid]),
    ]
    return ", ".join(signs)


def _page(deployment: Deployment) -> list[str]:
    files = site.page_files(deployment.site or _UNKNOWN_SITE)
    difference = site.compare(deployment.account, deployment.stage.site_bucket, files)
    lines = [f"~ {file.key}" for file in difference.changed]
    return lines + [f"- {key}" for key in difference.removed]
