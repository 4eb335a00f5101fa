"""Paths of this checkout."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FRONTEND = PROJECT / "frontend"


def policy_file(stage: str, function: str) -> str:
    """The name of a function's `iam_policy_file` in a stage."""
    return f"policy-{stage}-{function}.json"
