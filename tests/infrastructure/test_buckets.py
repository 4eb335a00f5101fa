"""What each bucket guarantees, one test for each property."""

from typing import Any

import pytest

from ops.local.stack.options import read_options
from ops.local.storage import stores
from tests.infrastructure.stacks import Json, Stack, allows, deployed

BUCKETS = ("UploadsBucket", "ImagesBucket", "SiteBucket")


def test_names_contain_stage_account_and_region(plain: Stack) -> None:
    found = {bucket: plain.properties(bucket)["BucketName"] for bucket in BUCKETS}
    assert found == {
        "UploadsBucket": "darkroom-dev-uploads-111122223333-eu-central-1",
        "ImagesBucket": "darkroom-dev-images-111122223333-eu-central-1",
        "SiteBucket": "darkroom-dev-site-111122223333-eu-central-1",
    }


def test_the_longest_bucket_name_is_within_s3s_limit() -> None:
    longest = deployed("stores", {"Stage": "a" * 12, "AWS::Region": "ap-northeast-1"})
    assert max(len(longest.properties(bucket)["BucketName"]) for bucket in BUCKETS) <= 63


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_private(plain: Stack, bucket: str) -> None:
    blocked = plain.properties(bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert len(blocked) == 4


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_has_acls_disabled(plain: Stack, bucket: str) -> None:
    rules = plain.properties(bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_encrypted_by_default(plain: Stack, bucket: str) -> None:
    assert encryption(plain, bucket) == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("bucket", ["UploadsBucket", "ImagesBucket"])
def test_a_bucket_of_pictures_is_encrypted_with_the_key(with_key: Stack, bucket: str) -> None:
    assert encryption(with_key, bucket) == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": "<Key.Arn>",
    }


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_logs_under_its_own_prefix_if_requested(bucket: str) -> None:
    logging = deployed("stores", {"AccessLogBucket": "logs"}).properties(bucket)
    purpose = bucket.removesuffix("Bucket").lower()
    assert logging["LoggingConfiguration"] == {
        "DestinationBucketName": "logs",
        "LogFilePrefix": f"darkroom-dev/{purpose}/",
    }


def test_uploads_require_tls(plain: Stack) -> None:
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


def test_an_overwritten_original_can_be_restored(plain: Stack) -> None:
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
def test_abandoned_multipart_uploads_are_removed_after_a_day(plain: Stack, bucket: str) -> None:
    abandoned = lifecycle(plain, bucket, "AbortIncompleteMultipartUpload")
    assert abandoned == {"DaysAfterInitiation": 1}


def test_no_page_may_upload_unless_its_origin_is_allowed(plain: Stack) -> None:
    assert "CorsConfiguration" not in plain.properties("UploadsBucket")


def test_only_allowed_origins_may_upload() -> None:
    origins = "https://photos.example,https://shop.example:8443"
    assert cors({"AllowedOrigins": origins})["AllowedOrigins"] == origins.split(",")


@pytest.mark.parametrize("header", ["content-type", "content-md5", "x-amz-checksum-sha256"])
def test_a_page_may_send_the_headers_of_an_upload(header: str) -> None:
    allowed = cors({"AllowedOrigins": "https://photos.example"})["AllowedHeaders"]
    assert any(header.startswith(name.removesuffix("*")) for name in allowed)


def test_pages_may_send_the_same_requests_as_to_the_local_bucket() -> None:
    local = stores.cors_rules(read_options({}))["CORSRules"]
    ours = cors_rules({"AllowedOrigins": "https://photos.example"})
    for names in (("AllowedMethods",) * 2, ("ExposedHeaders", "ExposeHeaders")):
        assert [rule[names[0]] for rule in ours] == [rule[names[1]] for rule in local]
    assert [rule["MaxAge"] for rule in ours] == [rule["MaxAgeSeconds"] for rule in local]


def test_only_allowed_origins_may_read_originals() -> None:
    uploads, downloads = cors_rules({"AllowedOrigins": "https://photos.example"})
    assert downloads["AllowedOrigins"] == uploads["AllowedOrigins"]


@pytest.mark.parametrize(
    "origin",
    ["", "https://photos.example", "https://photos.example:8443", "http://localhost:3000"],
)
def test_an_exact_origin_is_accepted(origin: str) -> None:
    assert allows("stores", "AllowedOrigins", origin)


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*", "https://*.example", "http://photos.example", "https://photos.example/"],
)
def test_wildcards_paths_and_plain_http_are_rejected(origin: str) -> None:
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
    return cors_rules(given)[0]


def cors_rules(given: Json) -> list[Json]:
    bucket = deployed("stores", given).properties("UploadsBucket")
    return list(bucket["CorsConfiguration"]["CorsRules"])


def test_by_default_the_bucket_of_originals_leaves_its_notifications_to_chalice(
    plain: Stack,
) -> None:
    assert "NotificationConfiguration" not in plain.properties("UploadsBucket")


def test_the_bucket_of_originals_notifies_the_functions_of_a_cloudformation_stack() -> None:
    function = "arn:aws:lambda:eu-central-1:111122223333:function:darkroom-dev-process"
    given = {"UploadFunctionArn": f"{function}_upload", "RemovalFunctionArn": f"{function}_removal"}
    bucket = deployed("stores", given).properties("UploadsBucket")
    assert bucket["NotificationConfiguration"] == {
        "LambdaConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Function": f"{function}_upload"},
            {"Event": "s3:ObjectRemoved:*", "Function": f"{function}_removal"},
        ]
    }
