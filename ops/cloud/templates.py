"""The CloudFormation templates of `infrastructure/`, as AWS itself reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib.aws.faults import code_of
from ops.cloud.account import Account
from ops.cloud.faults import CloudError, explained
from ops.local.names import PROJECT

FOLDER = PROJECT / "infrastructure"
PARTS = ("stores", "delivery", "watch")

_KEPT_NAME = re.compile(r"^( *(?:BucketName|TableName): )!Sub (\S+)$", re.MULTILINE)
_LARGEST = 51_200  # bytes; the most that CloudFormation takes in a request


@dataclass(frozen=True)
class Template:
    """A template's text, the parameters it declares, and the capabilities it needs."""

    body: str
    parameters: frozenset[str]
    capabilities: tuple[str, ...]

    def chosen(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values for which the template has a parameter."""
        return {name: value for name, value in values.items() if name in self.parameters}


def read_templates(account: Account, stage: str) -> dict[str, Template]:
    """All parts' templates; CloudError for the first that is not there or not valid."""
    return {part: _read_template(account, stage, FOLDER / f"{part}.yaml") for part in PARTS}


def with_plain_names(body: str, account: Account, stage: str) -> str:
    """`body` with the names of buckets and tables spelled out.

    CloudFormation adopts what is there already only where its name is plain text.
    """
    known = {"Stage": stage, "AWS::AccountId": account.id, "AWS::Region": account.region}

    def spelled_out(found: re.Match[str]) -> str:
        name = re.sub(r"\$\{([\w:]+)\}", lambda gap: known[gap[1]], found[2])
        return f"{found[1]}{name}"

    return _KEPT_NAME.sub(spelled_out, body)


def _read_template(account: Account, stage: str, file: Path) -> Template:
    try:
        body = with_plain_names(file.read_text(encoding="utf-8"), account, stage)
    except FileNotFoundError as reason:
        raise CloudError(f"{file} is missing. Take it from the repository again.") from reason
    if len(body.encode()) > _LARGEST:
        raise CloudError(
            f"{file} has more than the {_LARGEST:,} bytes that CloudFormation takes. Shorten it."
        )
    with explained():
        try:
            found = account.client("cloudformation").validate_template(TemplateBody=body)
        except ClientError as error:
            if code_of(error) != "ValidationError":
                raise
            said = error.response["Error"]["Message"]
            raise CloudError(f"{file} is not a valid template: {said} Correct it.") from error
    names = frozenset(parameter["ParameterKey"] for parameter in found["Parameters"])
    return Template(body, names, tuple(found.get("Capabilities", ())))
