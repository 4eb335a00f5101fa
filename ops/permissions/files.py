"""The policy files that Chalice reads: written anew before every package and every deployment."""

import json
from pathlib import Path

from ops.cloud.policies import FUNCTIONS, policy_of
from ops.local.names import PROJECT
from ops.permissions.names import Names


def write_policies(names: Names, folder: Path = PROJECT / ".chalice") -> list[Path]:
    """Write the policy of each function of a stage: where."""
    files = [folder / policy_file(names.stage, function) for function in FUNCTIONS]
    for file, function in zip(files, FUNCTIONS, strict=True):
        file.write_text(json.dumps(policy_of(function, names), indent=2) + "\n")
    return files


def policy_file(stage: str, function: str) -> str:
    """What a stage's `iam_policy_file` of a function is called."""
    return f"policy-{stage}-{function}.json"
