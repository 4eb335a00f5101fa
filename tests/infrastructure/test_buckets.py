"""What each bucket guarantees, one by one."""

from typing import Any

import pytest

from ops.local import stores
from ops.local.options import read_options
from tests.infrastructure.stacks import Json, Stack, allows, deployed

BUCKETS = ("UploadsBucket", "ImagesBucket", "SiteBucket")


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
