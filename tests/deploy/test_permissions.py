"""The permissions of whoever deploys: recorded calls, compared with infrastructure/ci.yaml."""

import pytest

from tests.deploy.deployer import Call, allows, demand, handler_actions, matches, role
from tests.deploy.history import History

# Actions of CloudFormation's handlers for properties that no template has, and states that no
# deployment sets.
UNUSED = {
    "billing:GetBillingViewData": "a budget of a billing view",
    "iam:CreateServiceLinkedRole": "a table with replicas or provisioned capacity",
    "kinesis:DescribeStream": "a table that streams to Kinesis",
    "kinesis:PutRecords": "a table that streams to Kinesis",
    "kms:DisableKey": "a key that is switched off",
    "kms:DisableKeyRotation": "a key without rotation",
    "kms:EnableKey": "a key that was switched off",
    "kms:Encrypt": "direct use of a key",
    "kms:GenerateDataKeyWithoutPlaintext": "an event bus with a key of its own",
    "kms:ReEncrypt": "an event bus with a key of its own",
    "kms:ReEncryptFrom": "an event bus with a key of its own",
    "kms:ReEncryptTo": "an event bus with a key of its own",
    "kms:RevokeGrant": "a table whose key changes: DynamoDB retires its grant itself",
    "kms:UntagResource": "a key whose tags change",
    "logs:CreateLogStream": "a table with contributor insights",
    "logs:DescribeLogStreams": "a table with contributor insights",
    "logs:PutLogEvents": "a table with contributor insights",
    "payments:GetConnectedAccount": "a web ACL with paid rules",
    "s3tables:*": "a bucket with metadata tables",
}

# Actions that the recorded calls do not name: services check them for other calls, or they depend
# on the stage.
INDIRECT = {
    "logs:DeleteRetentionPolicy": "Chalice, where log_retention_in_days was removed",
    "kms:GetPublicKey": "with SIGN_RENDITIONS: see test_settings_check.py",
    "ssm:GetParameter": "with WEBHOOK_URL: see test_deployed_settings.py",
    "iam:TagRole": "IAM, for CreateRole with tags",
    "logs:TagResource": "CloudWatch Logs, for CreateLogGroup with tags",
    "iam:PassRole": "Lambda, for CreateFunction",
}


@pytest.fixture
def calls(history: History) -> list[Call]:
    """All calls of a stage's life."""
    return history.calls


def test_every_call_of_a_stages_life_is_allowed(calls: list[Call]) -> None:
    granted = role()
    needed = {demand(call) for call in calls}
    assert sorted(d for d in needed if not any(allows(s, d) for s in granted)) == []


def test_chalices_own_calls_are_recorded(calls: list[Call]) -> None:
    assert {"CreateFunction", "ImportRestApi", "DeleteRole"} <= {call.operation for call in calls}


def test_every_action_of_cloudformations_handlers_is_allowed_or_unused() -> None:
    granted = {action for statement in role() for action in statement.actions}
    missing = {
        f"{kind}: {action}"
        for kind, actions in handler_actions().items()
        for action in actions
        if not any(matches(pattern, action) for pattern in (*granted, *UNUSED))
    }
    assert sorted(missing) == []


def test_every_action_that_is_named_is_needed(calls: list[Call]) -> None:
    handled = {action for actions in handler_actions().values() for action in actions}
    needed = {demand(call).action for call in calls} | handled | set(INDIRECT)
    named = {action for statement in role() for action in statement.actions if "*" not in action}
    assert named - needed == set()
