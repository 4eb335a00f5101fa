"""The CloudFormation templates of `infrastructure/`, validated by AWS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib.aws.faults import code_of
from ops.account import Account
from ops.aws_errors import CloudError, explained
from ops.project import PROJECT

FOLDER = PROJECT / "infrastructure"
PARTS = ("stores", "delivery", "watch")

_KEPT_NAME = re.compile(r"^( *(?:BucketName|TableName): )!Sub (\S+)$", re.MULTILINE)
_LARGEST = 51_200  # bytes, CloudFormation's limit for a template in a request


@dataclass(frozen=True)
class Template:
    """A template's text, its parameters, and the capabilities it needs."""

    body: str
    parameters: frozenset[str]
    capabilities: tuple[str, ...]

    def chosen(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values for which the template has a parameter."""
        return {name: value for name, value in values.items() if name in self.parameters}


def read_templates(account: Account, stage: str) -> dict[str, Template]:
    """The templates of all parts; CloudError for the first that is missing or invalid."""
    return {part: _read_template(account, stage, FOLDER / f"{part}.yaml") for part in PARTS}


def with_plain_names(body: str, account: Account, stage: str) -> str:
    """`body` with literal names of buckets and tables.

    CloudFormation adopts an existing resource only if its name is literal.
    """
    variables = {"Stage": stage, "AWS::AccountId": account.id, "AWS::Region": account.region}

    def spelled_out(found: re.Match[str]) -> str:
        name = re.sub(r"\$\{([\w:]+)\}", lambda gap: variables[gap[1]], found[2])
        return f"{found[1]}{name}"

    return _KEPT_NAME.sub(spelled_out, body)


def _read_template(account: Account, stage: str, file: Path) -> Template:
    try:
        body = with_plain_names(file.read_text(encoding="utf-8"), account, stage)
    except FileNotFoundError as reason:
        raise CloudError(f"{file} is missing. Restore it from the repository.") from reason
    if len(body.encode()) > _LARGEST:
        raise CloudError(
            f"{file} exceeds CloudFormation's limit of {_LARGEST:,} bytes. Shorten it."
        )
    with explained():
        try:
            found = account.client("cloudformation").validate_template(TemplateBody=body)
        except ClientError as error:
            if code_of(error) != "ValidationError":
                raise
            message = error.response["Error"]["Message"]
            raise CloudError(f"{file} is not a valid template: {message} Correct it.") from error
    names = frozenset(parameter["ParameterKey"] for parameter in found["Parameters"])
    return Template(body, names, tuple(found.get("Capabilities", ())))
