"""What the stores guarantee, one by one, and that they are those of the local stack."""

from typing import Any
from unittest.mock import MagicMock

import pytest

from ops.local import names, stores
from ops.local.functions import limits_of
from ops.local.options import read_options
from tests.infrastructure.stacks import Json, Stack, allows, deployed

BUCKETS = ("UploadsBucket", "ImagesBucket", "SiteBucket")
QUEUES = ("WorkQueue", "FailuresQueue")


@pytest.fixture
def plain() -> Stack:
    """The stores with no choice made."""
    return deployed("stores")


@pytest.fixture
def with_key() -> Stack:
    return deployed("stores", {"UseKmsKey": "true"})


def test_names_tell_stage_account_and_region(plain: Stack) -> None:
    found = {bucket: plain.properties(bucket)["BucketName"] for bucket in BUCKETS}
    assert found == {
        "UploadsBucket": "darkroom-dev-uploads-111122223333-eu-central-1",
        "ImagesBucket": "darkroom-dev-images-111122223333-eu-central-1",
        "SiteBucket": "darkroom-dev-site-111122223333-eu-central-1",
    }


def test_the_longest_bucket_name_is_one_that_s3_takes() -> None:
    longest = deployed("stores", {"Stage": "a" * 12, "AWS::Region": "ap-northeast-1"})
    assert max(len(longest.properties(bucket)["BucketName"]) for bucket in BUCKETS) <= 63


@pytest.mark.parametrize("data", ["Key", "UploadsBucket", "ImagesBucket", "ImagesTable"])
def test_data_outlives_the_stack(with_key: Stack, data: str) -> None:
    made = with_key.resources[data]
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("passing", ["SiteBucket", *QUEUES])
def test_what_is_no_data_goes_with_the_stack(plain: Stack, passing: str) -> None:
    assert plain.resources[passing]["DeletionPolicy"] == "Delete"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_private(plain: Stack, bucket: str) -> None:
    made = plain.properties(bucket)
    assert set(made["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(made["PublicAccessBlockConfiguration"]) == 4


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_knows_no_acls(plain: Stack, bucket: str) -> None:
    rules = plain.properties(bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_encrypted_without_a_key_of_ones_own(plain: Stack, bucket: str) -> None:
    assert encryption(plain, bucket) == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("bucket", ["UploadsBucket", "ImagesBucket"])
def test_a_bucket_of_pictures_is_encrypted_with_the_key(with_key: Stack, bucket: str) -> None:
    assert encryption(with_key, bucket) == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": "<Key.Arn>",
    }


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_logs_to_a_place_of_its_own_where_asked(bucket: str) -> None:
    logging = deployed("stores", {"AccessLogBucket": "logs"}).properties(bucket)
    purpose = bucket.removesuffix("Bucket").lower()
    assert logging["LoggingConfiguration"] == {
        "DestinationBucketName": "logs",
        "LogFilePrefix": f"darkroom-dev/{purpose}/",
    }


def test_uploads_come_over_tls_only(plain: Stack) -> None:
    policy = plain.properties("UploadsPolicy")
    assert policy["Bucket"] == "<UploadsBucket>"
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["<UploadsBucket.Arn>", "<UploadsBucket.Arn>/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_an_overwritten_original_can_be_had_back(plain: Stack) -> None:
    uploads = plain.properties("UploadsBucket")
    assert uploads["VersioningConfiguration"] == {"Status": "Enabled"}
    assert lifecycle(plain, "UploadsBucket", "NoncurrentVersionExpiration") == {
        "NoncurrentDays": 30
    }


def test_no_original_expires(plain: Stack) -> None:
    rules = plain.properties("UploadsBucket")["LifecycleConfiguration"]["Rules"]
    assert {key for rule in rules for key in rule} == {
        *("Id", "Status", "NoncurrentVersionExpiration", "ExpiredObjectDeleteMarker"),
        "AbortIncompleteMultipartUpload",
    }


@pytest.mark.parametrize("bucket", ["UploadsBucket", "ImagesBucket"])
def test_abandoned_multiparts_go_after_a_day(plain: Stack, bucket: str) -> None:
    abandoned = lifecycle(plain, bucket, "AbortIncompleteMultipartUpload")
    assert abandoned == {"DaysAfterInitiation": 1}


def test_no_page_may_upload_before_one_is_named(plain: Stack) -> None:
    assert "CorsConfiguration" not in plain.properties("UploadsBucket")


def test_just_the_named_pages_may_upload() -> None:
    origins = "https://photos.example,https://shop.example:8443"
    assert cors({"AllowedOrigins": origins})["AllowedOrigins"] == origins.split(",")


@pytest.mark.parametrize("header", ["content-type", "content-md5", "x-amz-checksum-sha256"])
def test_a_page_may_send_the_headers_of_an_upload(header: str) -> None:
    allowed = cors({"AllowedOrigins": "https://photos.example"})["AllowedHeaders"]
    assert any(header.startswith(name.removesuffix("*")) for name in allowed)


def test_pages_may_send_what_they_may_send_to_the_local_bucket() -> None:
    [local] = stores.cors_rules(read_options({}))["CORSRules"]
    ours = cors({"AllowedOrigins": "https://photos.example"})
    assert ours["AllowedMethods"] == local["AllowedMethods"]
    assert ours["ExposedHeaders"] == local["ExposeHeaders"]
    assert ours["MaxAge"] == local["MaxAgeSeconds"]


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


def test_what_the_work_queue_gives_up_fails_as_in_the_local_stack(plain: Stack) -> None:
    local = local_queues()[names.WORK_QUEUE]
    assert '"maxReceiveCount": 3' in local["RedrivePolicy"]
    assert plain.properties("WorkQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": "<FailuresQueue.Arn>",
        "maxReceiveCount": 3,
    }


def test_the_failures_queue_gives_nothing_up(plain: Stack) -> None:
    assert "RedrivePolicy" not in local_queues()[names.FAILURES_QUEUE]
    assert "RedrivePolicy" not in plain.properties("FailuresQueue")


@pytest.mark.parametrize(
    ("queue", "function"),
    [("WorkQueue", "process_again"), ("FailuresQueue", "record_failure")],
)
def test_a_message_stays_hidden_for_six_calls_of_its_function(
    plain: Stack, queue: str, function: str
) -> None:
    hidden = plain.properties(queue)["VisibilityTimeout"]
    assert hidden >= 6 * limits_of(function).seconds


def test_failures_are_kept_as_long_as_sqs_can(plain: Stack) -> None:
    assert plain.properties("FailuresQueue")["MessageRetentionPeriod"] == 14 * 86_400


def test_failures_are_kept_longer_than_the_work_they_come_from(plain: Stack) -> None:
    kept = [plain.properties(queue)["MessageRetentionPeriod"] for queue in QUEUES]
    assert kept[0] < kept[1]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_without_a_key_of_ones_own(plain: Stack, queue: str) -> None:
    made = plain.properties(queue)
    assert (made["SqsManagedSseEnabled"], "KmsMasterKeyId" in made) == (True, False)


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_with_the_key(with_key: Stack, queue: str) -> None:
    made = with_key.properties(queue)
    assert ("SqsManagedSseEnabled" in made, made["KmsMasterKeyId"]) == (False, "<Key.Arn>")


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_answers_over_tls_only(plain: Stack, queue: str) -> None:
    policy = plain.properties(f"{queue}Policy")
    assert policy["Queues"] == [f"<{queue}>"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": f"<{queue}.Arn>",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_there_is_no_key_unless_asked_for(plain: Stack) -> None:
    assert (plain.of_type("AWS::KMS::Key"), plain.outputs["KmsKeyArn"]) == ({}, "")


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


def test_nobody_else_uses_the_key(with_key: Stack) -> None:
    assert len(with_key.properties("Key")["KeyPolicy"]["Statement"]) == 2


def test_the_bus_is_the_stages_own(plain: Stack) -> None:
    assert plain.properties("EventBus")["Name"] == "darkroom-dev"


def test_the_bus_has_no_rule_unless_asked_for(plain: Stack) -> None:
    assert plain.of_type("AWS::Events::Rule") == {}


def test_a_listener_gets_every_event_of_the_bus() -> None:
    arn = "arn:aws:sqs:eu-central-1:111122223333:listener"
    rule = deployed("stores", {"EventTargetArn": arn}).properties("EventRule")
    assert rule["EventBusName"] == "<EventBus>"
    assert rule["EventPattern"] == {"account": ["111122223333"]}
    assert [target["Arn"] for target in rule["Targets"]] == [arn]


@pytest.mark.parametrize(
    "origin",
    ["", "https://photos.example", "https://photos.example:8443", "http://localhost:3000"],
)
def test_an_origin_may_upload(origin: str) -> None:
    assert allows("stores", "AllowedOrigins", origin)


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*", "https://*.example", "http://photos.example", "https://photos.example/"],
)
def test_no_wildcard_path_or_plain_http_may_upload(origin: str) -> None:
    assert not allows("stores", "AllowedOrigins", origin)


def encryption(stack: Stack, bucket: str) -> Json:
    [rule] = stack.properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return dict(rule["ServerSideEncryptionByDefault"])


def lifecycle(stack: Stack, bucket: str, action: str) -> Any:
    rules = stack.properties(bucket)["LifecycleConfiguration"]["Rules"]
    [found] = [rule for rule in rules if action in rule]
    assert found["Status"] == "Enabled"
    return found[action]


def cors(given: Json) -> Json:
    [rule] = deployed("stores", given).properties("UploadsBucket")["CorsConfiguration"]["CorsRules"]
    return dict(rule)


def local_queues() -> dict[str, Json]:
    """The attributes of each queue that the local stack makes, by its name."""
    sqs = MagicMock()
    stores.make_queues(sqs)
    calls = [call.kwargs for call in sqs.create_queue.call_args_list]
    return {call["QueueName"]: call.get("Attributes", {}) for call in calls}


def key_statement(stack: Stack, sid: str) -> Json:
    statements = stack.properties("Key")["KeyPolicy"]["Statement"]
    return next(dict(statement) for statement in statements if statement["Sid"] == sid)
