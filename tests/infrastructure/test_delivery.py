"""The distribution in front of private buckets and the API, property by property."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import delivery as delivery_files
from chalicelib.model import keys
from ops.iam.buckets import PRIVATE_FILES, PUBLISHED, RENDITIONS
from tests.builders import ULID
from tests.infrastructure.distribution import (
    API,
    behavior,
    behaviors,
    ids,
    origin,
    readable,
    settings,
    statements,
)
from tests.infrastructure.stacks import Stack, deployed


def test_a_first_deploy_needs_no_api(first: Stack) -> None:
    assert ids(first) == {"site", "images"}
    assert [behavior["PathPattern"] for behavior in settings(first)["CacheBehaviors"]] == [
        "/images/*",
        "/i/*",
    ]


def test_without_an_api_there_is_nothing_to_fall_back_to(first: Stack) -> None:
    assert behavior(first, "/i/*")["TargetOriginId"] == "images"
    assert "OriginGroups" not in settings(first)


def test_page_images_and_api_have_one_domain(delivery: Stack) -> None:
    found = {b["PathPattern"]: b["TargetOriginId"] for b in settings(delivery)["CacheBehaviors"]}
    assert found == {"/images/*": "files", "/i/*": "files", "/api/*": "api"}
    assert settings(delivery)["DefaultCacheBehavior"]["TargetOriginId"] == "site"


def test_every_behavior_has_an_existing_origin(delivery: Stack) -> None:
    groups = {group["Id"] for group in settings(delivery)["OriginGroups"]["Items"]}
    assert {b["TargetOriginId"] for b in behaviors(delivery)} <= ids(delivery) | groups


def test_the_api_is_asked_for_files_that_the_bucket_does_not_have(delivery: Stack) -> None:
    [group] = settings(delivery)["OriginGroups"]["Items"]
    members = [member["OriginId"] for member in group["Members"]["Items"]]
    assert (group["Id"], members) == ("files", ["images", "renditions"])
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404]


def test_the_api_is_asked_by_the_path_of_its_route(delivery: Stack) -> None:
    assert origin(delivery, "renditions")["OriginPath"] == "/api/renditions"


def test_the_apis_path_begins_with_the_stage_of_api_gateway() -> None:
    stack = deployed("delivery", API | {"ApiStage": "v1"})
    assert settings(stack)["CacheBehaviors"][-1]["PathPattern"] == "/v1/*"
    assert "OriginPath" not in origin(stack, "api")


def test_the_apis_path_is_not_rewritten(delivery: Stack) -> None:
    assert "FunctionAssociations" not in behavior(delivery, "/api/*")


def test_the_page_is_at_the_root(delivery: Stack) -> None:
    assert settings(delivery)["DefaultRootObject"] == "index.html"


@pytest.mark.parametrize("bucket", ["site", "images"])
def test_a_bucket_has_its_regional_address_as_origin(delivery: Stack, bucket: str) -> None:
    assert origin(delivery, bucket)["DomainName"] == (f"our-{bucket}.s3.eu-central-1.amazonaws.com")


@pytest.mark.parametrize("bucket", ["site", "images"])
def test_requests_to_a_bucket_are_signed(delivery: Stack, bucket: str) -> None:
    assert origin(delivery, bucket)["OriginAccessControlId"] == "<OriginAccess>"
    access = delivery.properties("OriginAccess")["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")


@pytest.mark.parametrize("purpose", ["Images", "Site"])
def test_a_bucket_is_read_by_this_distribution_and_nobody_else(
    delivery: Stack, purpose: str
) -> None:
    allowed = [s for s in statements(delivery, f"{purpose}Policy") if s["Effect"] == "Allow"]
    arn = "arn:aws:cloudfront::111122223333:distribution/<Distribution>"
    assert allowed == [
        {
            "Sid": "TheDistributionReads",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": allowed[0]["Resource"],
            "Condition": {"StringEquals": {"aws:SourceArn": arn}},
        }
    ]


def test_the_distribution_may_read_the_whole_page(delivery: Stack) -> None:
    assert readable(delivery, "Site") == ["arn:aws:s3:::our-site/*"]


def test_the_distribution_may_read_what_the_local_cdn_may_read(delivery: Stack) -> None:
    keys = [arn.removeprefix("arn:aws:s3:::our-images/") for arn in readable(delivery, "Images")]
    assert sorted(keys) == sorted((*RENDITIONS, *PUBLISHED, PRIVATE_FILES))


@given(st.from_regex(keys.RENDITION_PATTERN, fullmatch=True))
def test_the_distribution_may_read_renditions(key: str) -> None:
    assert any(fnmatchcase(key, pattern) for pattern in RENDITIONS)


@given(st.from_regex(delivery_files.PUBLISHED_PATTERN, fullmatch=True))
def test_the_distribution_may_read_published_files(key: str) -> None:
    assert any(fnmatchcase(key, pattern) for pattern in PUBLISHED)


@pytest.mark.parametrize(
    "key",
    [
        f"{ULID}/manifest.json",
        "watermarks/logo.png",
        "watermarks/aaaaaaaaaaaaaaa/60425b612b0452a3/logo.png",
        "anything/else",
    ],
)
def test_the_distribution_may_read_no_other_file_of_the_images_bucket(key: str) -> None:
    assert not any(
        fnmatchcase(key, pattern) for pattern in (*RENDITIONS, *PUBLISHED, PRIVATE_FILES)
    )


@pytest.mark.parametrize("purpose", ["Images", "Site"])
def test_a_bucket_requires_tls(delivery: Stack, purpose: str) -> None:
    bucket = f"arn:aws:s3:::our-{purpose.lower()}"
    denied = [s for s in statements(delivery, f"{purpose}Policy") if s["Effect"] == "Deny"]
    assert denied == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


@pytest.mark.parametrize("path", ["", "/images/*", "/i/*"])
def test_a_plain_http_request_is_redirected_to_https(delivery: Stack, path: str) -> None:
    assert behavior(delivery, path)["ViewerProtocolPolicy"] == "redirect-to-https"


def test_the_api_refuses_plain_http(delivery: Stack) -> None:
    assert behavior(delivery, "/api/*")["ViewerProtocolPolicy"] == "https-only"


def test_the_api_origin_requires_tls(delivery: Stack) -> None:
    config = origin(delivery, "api")["CustomOriginConfig"]
    assert (config["OriginProtocolPolicy"], config["OriginSSLProtocols"]) == (
        "https-only",
        ["TLSv1.2"],
    )


def test_cloudfront_waits_longer_than_api_gateway(delivery: Stack) -> None:
    assert origin(delivery, "api")["CustomOriginConfig"]["OriginReadTimeout"] > 29


def test_http_2_and_3_and_ipv6_are_supported(delivery: Stack) -> None:
    assert settings(delivery)["HttpVersion"] == "http2and3"
    assert settings(delivery)["IPV6Enabled"] is True


@pytest.mark.parametrize("path", ["", "/images/*", "/i/*"])
def test_page_and_images_can_only_be_read(delivery: Stack, path: str) -> None:
    assert behavior(delivery, path)["AllowedMethods"] == ["GET", "HEAD"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_the_api_accepts_its_methods(delivery: Stack, method: str) -> None:
    assert method in behavior(delivery, "/api/*")["AllowedMethods"]
