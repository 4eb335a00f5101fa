"""What outlives the stack, and what table, key and event bus guarantee."""

import json
from unittest.mock import MagicMock

import pytest

from chalicelib.aws.event_bus import SOURCE
from ops.local.storage import stores
from tests.infrastructure.stacks import Json, Stack, deployed


@pytest.mark.parametrize("data", ["Key", "UploadsBucket", "ImagesBucket", "ImagesTable"])
def test_data_outlives_the_stack(with_key: Stack, data: str) -> None:
    resource = with_key.resources[data]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize(
    "transient", ["SiteBucket", "WorkQueue", "FailuresQueue", "WebhooksQueue", "LostWebhooksQueue"]
)
def test_resources_without_data_are_deleted_with_the_stack(plain: Stack, transient: str) -> None:
    assert plain.resources[transient]["DeletionPolicy"] == "Delete"


def test_the_table_has_the_keys_and_indexes_of_the_local_one(plain: Stack) -> None:
    local = stores.table_definition("darkroom-dev-images")
    ours = plain.properties("ImagesTable")
    assert {name: ours[name] for name in local} == local


def test_items_expire_as_in_the_local_table(plain: Stack) -> None:
    dynamodb = MagicMock()
    dynamodb.list_tables.return_value = {"TableNames": []}
    stores.make_table(dynamodb, "darkroom-dev-images")
    local = dynamodb.update_time_to_live.call_args.kwargs["TimeToLiveSpecification"]
    assert plain.properties("ImagesTable")["TimeToLiveSpecification"] == local


def test_the_table_has_point_in_time_recovery(plain: Stack) -> None:
    recovery = plain.properties("ImagesTable")["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_the_table_is_protected_from_deletion(plain: Stack) -> None:
    assert plain.properties("ImagesTable")["DeletionProtectionEnabled"] is True


def test_the_table_is_encrypted_with_the_key(with_key: Stack) -> None:
    assert with_key.properties("ImagesTable")["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": "<Key.Arn>",
    }


def test_by_default_the_table_is_encrypted_with_dynamodbs_own_key(plain: Stack) -> None:
    assert "SSESpecification" not in plain.properties("ImagesTable")


def test_there_is_no_key_by_default(plain: Stack) -> None:
    assert (plain.of_type("AWS::KMS::Key"), plain.outputs["KmsKeyArn"]) == ({}, "")


def test_an_existing_key_is_used_everywhere_instead_of_a_new_one(
    with_key: Stack,
) -> None:
    arn = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
    adopted = deployed("stores", {"UseKmsKey": "true", "ExistingKeyArn": arn})
    expected = {name: r for name, r in with_key.resources.items() if name != "Key"}
    assert adopted.resources == json.loads(json.dumps(expected).replace("<Key.Arn>", arn))
    assert adopted.outputs["KmsKeyArn"] == arn


def test_the_key_is_rotated(with_key: Stack) -> None:
    assert with_key.properties("Key")["EnableKeyRotation"] is True


def test_the_accounts_policies_decide_who_uses_the_key(with_key: Stack) -> None:
    assert key_statement(with_key, "ItsAccountDecides")["Principal"] == {
        "AWS": "arn:aws:iam::111122223333:root"
    }


def test_cloudfront_may_decrypt_with_the_key_for_this_account_only(with_key: Stack) -> None:
    statement = key_statement(with_key, "CloudFrontReadsImages")
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == "kms:Decrypt"
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}
    }


def test_the_stages_own_rules_may_send_to_queues_that_the_key_encrypts(with_key: Stack) -> None:
    statement = key_statement(with_key, "TheBusSendsWebhooks")
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:events:eu-central-1:111122223333:rule/darkroom-dev/*"}
    }


def test_nobody_else_uses_the_key(with_key: Stack) -> None:
    assert len(with_key.properties("Key")["KeyPolicy"]["Statement"]) == 3


def test_the_bus_is_the_stages_own(plain: Stack) -> None:
    assert plain.properties("EventBus")["Name"] == "darkroom-dev"


def test_by_default_the_bus_has_only_a_disabled_rule(plain: Stack) -> None:
    rules = plain.of_type("AWS::Events::Rule")
    assert {name: rule["State"] for name, rule in rules.items()} == {"WebhookRule": "DISABLED"}


def test_webhooks_are_made_from_the_same_events_as_in_the_local_stack() -> None:
    rule = deployed("stores", {"Webhooks": "true"}).properties("WebhookRule")
    assert (rule["State"], rule["EventBusName"]) == ("ENABLED", "<EventBus.Name>")
    assert rule["EventPattern"] == {"source": [SOURCE]}
    assert [target["Arn"] for target in rule["Targets"]] == ["<WebhooksQueue.Arn>"]


def test_an_event_target_gets_every_event_of_the_bus() -> None:
    arn = "arn:aws:sqs:eu-central-1:111122223333:listener"
    rule = deployed("stores", {"EventTargetArn": arn}).properties("EventRule")
    assert rule["EventBusName"] == "<EventBus>"
    assert rule["EventPattern"] == {"account": ["111122223333"]}
    assert [target["Arn"] for target in rule["Targets"]] == [arn]


def key_statement(stack: Stack, sid: str) -> Json:
    statements = stack.properties("Key")["KeyPolicy"]["Statement"]
    return next(dict(statement) for statement in statements if statement["Sid"] == sid)
