"""The table of permissions for deploying, from the role of `infrastructure/ci.yaml`."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click

from ops.deploy.templates import FOLDER

_FILE = FOLDER / "ci.yaml"
_POLICY = "AWS::IAM::ManagedPolicy"
_NAMES = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "REGION",
    "${AWS::AccountId}": "ACCOUNT",
    "${Stage}": "STAGE",
}


def deployer_rows() -> Iterator[list[str]]:
    """A row for each statement: its name, actions, resources and condition."""
    for statement in _statements():
        condition = statement.get("Condition", {})
        yield [
            statement["Sid"],
            _code(_texts(statement["Action"])),
            _code(_texts(statement["Resource"])),
            _code(
                f"{name} = {_text(value)}"
                for test in condition.values()
                for name, value in test.items()
            ),
        ]


def _statements() -> list[dict[str, Any]]:
    from cfnlint.decode import decode

    template, faults = decode(str(_FILE))
    if faults or not isinstance(template, dict):
        raise click.ClickException("ci.yaml cannot be read.")
    policies = [r for r in template["Resources"].values() if r["Type"] == _POLICY]
    return [s for p in policies for s in p["Properties"]["PolicyDocument"]["Statement"]]


def _texts(values: Any) -> list[str]:
    return [_text(value) for value in (values if isinstance(values, list) else [values])]


def _text(value: Any) -> str:
    """A value with its `!Sub` or `!Ref` resolved to the words of the page."""
    match value:
        case str():
            text = value
        case {"Fn::Sub": str(text)}:
            pass
        case {"Ref": str(name)}:
            text = f"${{{name}}}"
        case _:
            raise click.ClickException(f"ci.yaml has {json.dumps(value)}, which no table shows.")
    for expression, word in _NAMES.items():
        text = text.replace(expression, word)
    return text


def _code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)
