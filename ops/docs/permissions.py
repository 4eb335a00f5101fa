"""Generates `docs/permissions.md` from the policies."""

from collections.abc import Iterable
from pathlib import Path
from string import Template

from ops.docs.deployer import deployer_rows
from ops.iam.names import Location, Names
from ops.iam.policies import FUNCTIONS, statements_of
from ops.iam.statements import SERVICES, Statement
from ops.project import PROJECT

PAGE = PROJECT / "docs/permissions.md"
_TEMPLATE = Path(__file__).with_name("permissions.template.md")

_NAMES = Names(
    place=Location("aws", "REGION", "ACCOUNT"),
    stage="STAGE",
    uploads_bucket="UPLOADS",
    images_bucket="IMAGES",
    images_table="TABLE",
    work_queue="WORK",
    failures_queue="FAILURES",
    event_bus="BUS",
    webhooks_queue="WEBHOOKS",
    cdn_key="CDN_KEY",
    webhook_secret="SECRET",  # noqa: S106  # pragma: allowlist secret - its name
    distribution_id="DISTRIBUTION",
    kms_key_arn="KEY",
    xray=True,
    faces=True,
    content_key="C2PA_KEY",
    certificates="C2PA_CERTIFICATES",
)


def page() -> str:
    """The text of `docs/permissions.md`."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        permissions=_permissions_table(),
        key=_key_table(),
        deployer=_table(["permission", "actions", "on", "if"], deployer_rows()),
    )


def _permissions_table() -> str:
    shown: dict[str, list[str]] = {}
    for function in FUNCTIONS:
        for statement in statements_of(function, _NAMES):
            if statement.caller != SERVICES:
                row = shown.setdefault(statement.sid, _row(statement, function))
                row[3 + FUNCTIONS.index(function)] = "✓"
    functions = [f"`{function}`" for function in FUNCTIONS]
    return _table(["permission", "actions", "on", *functions, "calls by", "why"], shown.values())


def _row(statement: Statement, function: str) -> list[str]:
    own = _NAMES.log_streams(function)
    resources = [r.replace(own, _NAMES.log_streams("FUNCTION")) for r in statement.resources]
    if len(resources) > 1:
        resources = [resources[0], "…", resources[-1]]
    nobody = [""] * len(FUNCTIONS)
    actions = _code(statement.actions)
    return [statement.sid, actions, _code(resources), *nobody, statement.caller, statement.why]


def _key_table() -> str:
    rows = []
    for function in FUNCTIONS:
        through = {
            statement.sid: _code(_services(statement))
            for statement in statements_of(function, _NAMES)
            if statement.caller == SERVICES
        }
        rows.append([f"`{function}`", through["Decrypt"], through.get("Encrypt", "")])
    return _table(["function", "`kms:Decrypt` through", "`kms:GenerateDataKey` through"], rows)


def _services(statement: Statement) -> list[str]:
    condition = statement.condition or {}
    return [service for test in condition.values() for names in test.values() for service in names]


def _code(words: Iterable[str]) -> str:
    return " ".join(word if word == "…" else f"`{word}`" for word in words)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
