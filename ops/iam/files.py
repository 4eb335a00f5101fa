"""The policy files that Chalice reads, rewritten before every package and deployment."""

import json
from pathlib import Path

from ops.iam.names import Names
from ops.iam.policies import FUNCTIONS, policy_of
from ops.project import PROJECT, policy_file


def write_policies(names: Names, folder: Path = PROJECT / ".chalice") -> list[Path]:
    """Write the policy of each function of a stage; return the files."""
    files = [folder / policy_file(names.stage, function) for function in FUNCTIONS]
    for file, function in zip(files, FUNCTIONS, strict=True):
        file.write_text(json.dumps(policy_of(function, names), indent=2) + "\n")
    return files
