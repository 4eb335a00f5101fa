"""What outlives the stack, and what table, key and event bus guarantee, one by one."""

import json
from unittest.mock import MagicMock

import pytest

from chalicelib.aws.bus import SOURCE
from ops.local import stores
from tests.infrastructure.stacks import Json, Stack, deployed


@pytest.mark.parametrize("data", ["Key", "UploadsBucket", "ImagesBucket", "ImagesTable"])
def test_data_outlives_the_stack(with_key: Stack, data: str) -> None:
    made = with_key.resources[data]
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize(
    "passing", ["SiteBucket", "WorkQueue", "FailuresQueue", "WebhooksQueue", "LostWebhooksQueue"]
)
def test_what_is_no_data_goes_with_the_stack(plain: Stack, passing: str) -> None:
    assert plain.resources[passing]["DeletionPolicy"] == "Delete"


def test_the_table_has_the_keys_and_indexes_of_the_local_one(plain: Stack) -> None:
    local = stores.table_definition("darkroom-dev-images")
    ours = plain.properties("ImagesTable")
    assert {name: ours[name] for name in local} == local


def test_the_table_forgets_what_the_local_one_forgets(plain: Stack) -> None:
    dynamodb = MagicMock()
    dynamodb.list_tables.return_value = {"TableNames": []}
    stores.make_table(dynamodb, "darkroom-dev-images")
    local = dynamodb.update_time_to_live.call_args.kwargs["TimeToLiveSpecification"]
    assert plain.properties("ImagesTable")["TimeToLiveSpecification"] == local


def test_the_table_can_be_set_back_to_any_second(plain: Stack) -> None:
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


def test_without_a_key_the_table_has_that_of_dynamodb(plain: Stack) -> None:
    assert "SSESpecification" not in plain.properties("ImagesTable")


def test_there_is_no_key_unless_asked_for(plain: Stack) -> None:
    assert (plain.of_type("AWS::KMS::Key"), plain.outputs["KmsKeyArn"]) == ({}, "")


def test_a_key_that_is_there_already_is_used_everywhere_in_place_of_a_new_one(
    with_key: Stack,
) -> None:
    arn = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
    adopted = deployed("stores", {"UseKmsKey": "true", "ExistingKeyArn": arn})
    expected = {name: made for name, made in with_key.resources.items() if name != "Key"}
    assert adopted.resources == json.loads(json.dumps(expected).replace("<Key.Arn>", arn))
    assert adopted.outputs["KmsKeyArn"] == arn


def test_the_key_changes_each_year(with_key: Stack) -> None:
    assert with_key.properties("Key")["EnableKeyRotation"] is True


def test_the_account_decides_who_uses_the_key(with_key: Stack) -> None:
    assert key_statement(with_key, "ItsAccountDecides")["Principal"] == {
        "AWS": "arn:aws:iam::111122223333:root"
    }


def test_cloudfront_may_open_what_the_key_encrypted_for_this_account_only(with_key: Stack) -> None:
    statement = key_statement(with_key, "CloudFrontReadsImages")
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == "kms:Decrypt"
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}
    }


def test_the_stages_own_rules_may_send_what_the_key_encrypts(with_key: Stack) -> None:
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


def test_the_bus_has_no_rule_unless_asked_for_but_a_resting_one(plain: Stack) -> None:
    rules = plain.of_type("AWS::Events::Rule")
    assert {name: rule["State"] for name, rule in rules.items()} == {"WebhookRule": "DISABLED"}


def test_webhooks_are_made_of_what_the_local_stack_makes_them_of() -> None:
    rule = deployed("stores", {"Webhooks": "true"}).properties("WebhookRule")
    assert (rule["State"], rule["EventBusName"]) == ("ENABLED", "<EventBus.Name>")
    assert rule["EventPattern"] == {"source": [SOURCE]}
    assert [target["Arn"] for target in rule["Targets"]] == ["<WebhooksQueue.Arn>"]


def test_a_listener_gets_every_event_of_the_bus() -> None:
    arn = "arn:aws:sqs:eu-central-1:111122223333:listener"
    rule = deployed("stores", {"EventTargetArn": arn}).properties("EventRule")
    assert rule["EventBusName"] == "<EventBus>"
    assert rule["EventPattern"] == {"account": ["111122223333"]}
    assert [target["Arn"] for target in rule["Targets"]] == [arn]


def key_statement(stack: Stack, sid: str) -> Json:
    statements = stack.properties("Key")["KeyPolicy"]["Statement"]
    return next(dict(statement) for statement in statements if statement["Sid"] == sid)
