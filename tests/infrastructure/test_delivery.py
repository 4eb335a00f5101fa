"""What the delivery guarantees, one by one: one domain, private buckets, right caching."""

from typing import Any

import pytest

from tests.infrastructure.stacks import Json, Stack, allows, deployed

API = {"ApiDomain": "abc123.execute-api.eu-central-1.amazonaws.com"}
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
OWN_DOMAIN = {"DomainName": "photos.example", "CertificateArn": CERTIFICATE}
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/ours/12345678"
VIRGINIA = {"AWS::Region": "us-east-1"}
# AWS's ids of the policies that it maintains.
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SECURITY = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CORS_AND_SECURITY = "e61eb60c-9c35-4d20-a928-2b84e02af89c"


@pytest.fixture
def first() -> Stack:
    """The delivery of a first deploy: there is no API yet."""
    return deployed("delivery")


@pytest.fixture
def delivery() -> Stack:
    return deployed("delivery", API)


def test_a_first_deploy_needs_no_api(first: Stack) -> None:
    assert ids(first) == {"site", "images"}
    assert [behavior["PathPattern"] for behavior in settings(first)["CacheBehaviors"]] == [
        "/images/*"
    ]


def test_page_images_and_api_have_one_domain(delivery: Stack) -> None:
    found = {b["PathPattern"]: b["TargetOriginId"] for b in settings(delivery)["CacheBehaviors"]}
    assert found == {"/images/*": "images", "/api/*": "api"}
    assert settings(delivery)["DefaultCacheBehavior"]["TargetOriginId"] == "site"


def test_every_behavior_leads_to_an_origin_that_there_is(delivery: Stack) -> None:
    assert {behavior["TargetOriginId"] for behavior in behaviors(delivery)} == ids(delivery)


def test_the_apis_path_begins_with_the_stage_of_api_gateway() -> None:
    stack = deployed("delivery", API | {"ApiStage": "v1"})
    assert [b["PathPattern"] for b in settings(stack)["CacheBehaviors"]] == ["/images/*", "/v1/*"]
    assert "OriginPath" not in origin(stack, "api")


def test_the_apis_path_reaches_it_as_it_is(delivery: Stack) -> None:
    assert "FunctionAssociations" not in behavior(delivery, "/api/*")


def test_the_page_is_at_the_root(delivery: Stack) -> None:
    assert settings(delivery)["DefaultRootObject"] == "index.html"


@pytest.mark.parametrize("bucket", ["site", "images"])
def test_a_bucket_is_asked_at_its_regional_address(delivery: Stack, bucket: str) -> None:
    assert origin(delivery, bucket)["DomainName"] == (f"our-{bucket}.s3.eu-central-1.amazonaws.com")


@pytest.mark.parametrize("bucket", ["site", "images"])
def test_a_bucket_is_asked_with_a_signature(delivery: Stack, bucket: str) -> None:
    assert origin(delivery, bucket)["OriginAccessControlId"] == "<OriginAccess>"
    access = delivery.properties("OriginAccess")["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")


@pytest.mark.parametrize("purpose", ["Images", "Site"])
def test_a_bucket_is_read_by_this_distribution_and_nobody_else(
    delivery: Stack, purpose: str
) -> None:
    bucket = f"arn:aws:s3:::our-{purpose.lower()}"
    allowed = [s for s in statements(delivery, f"{purpose}Policy") if s["Effect"] == "Allow"]
    arn = "arn:aws:cloudfront::111122223333:distribution/<Distribution>"
    assert allowed == [
        {
            "Sid": "TheDistributionReads",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"{bucket}/*",
            "Condition": {"StringEquals": {"aws:SourceArn": arn}},
        }
    ]


@pytest.mark.parametrize("purpose", ["Images", "Site"])
def test_a_bucket_answers_over_tls_only(delivery: Stack, purpose: str) -> None:
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


@pytest.mark.parametrize("path", ["", "/images/*"])
def test_a_reader_is_led_to_https(delivery: Stack, path: str) -> None:
    assert behavior(delivery, path)["ViewerProtocolPolicy"] == "redirect-to-https"


def test_the_api_takes_nothing_over_plain_http(delivery: Stack) -> None:
    assert behavior(delivery, "/api/*")["ViewerProtocolPolicy"] == "https-only"


def test_the_api_is_asked_over_tls_only(delivery: Stack) -> None:
    asked = origin(delivery, "api")["CustomOriginConfig"]
    assert (asked["OriginProtocolPolicy"], asked["OriginSSLProtocols"]) == (
        "https-only",
        ["TLSv1.2"],
    )


def test_cloudfront_waits_longer_than_api_gateway(delivery: Stack) -> None:
    assert origin(delivery, "api")["CustomOriginConfig"]["OriginReadTimeout"] > 29


def test_http_2_and_3_and_ipv6_are_spoken(delivery: Stack) -> None:
    assert settings(delivery)["HttpVersion"] == "http2and3"
    assert settings(delivery)["IPV6Enabled"] is True


def test_all_answers_are_compressed(delivery: Stack) -> None:
    assert {behavior["Compress"] for behavior in behaviors(delivery)} == {True}


@pytest.mark.parametrize("path", ["", "/images/*"])
def test_page_and_images_can_only_be_read(delivery: Stack, path: str) -> None:
    assert behavior(delivery, path)["AllowedMethods"] == ["GET", "HEAD"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_the_api_takes_its_methods(delivery: Stack, method: str) -> None:
    assert method in behavior(delivery, "/api/*")["AllowedMethods"]


def test_images_are_kept_as_long_as_they_say(delivery: Stack) -> None:
    assert behavior(delivery, "/images/*")["CachePolicyId"] == OPTIMIZED


def test_the_api_is_never_answered_from_a_cache(delivery: Stack) -> None:
    assert behavior(delivery, "/api/*")["CachePolicyId"] == DISABLED


def test_the_api_hears_all_but_the_host(delivery: Stack) -> None:
    # API Gateway finds the API by its own host name.
    assert behavior(delivery, "/api/*")["OriginRequestPolicyId"] == ALL_BUT_HOST


def test_the_page_is_kept_an_hour_at_most(delivery: Stack) -> None:
    assert behavior(delivery, "")["CachePolicyId"] == "<PageCache>"
    policy = delivery.properties("PageCache")["CachePolicyConfig"]
    assert [policy[limit] for limit in ("MinTTL", "DefaultTTL", "MaxTTL")] == [0, 60, 3600]


def test_nothing_of_a_request_splits_the_pages_cache(delivery: Stack) -> None:
    policy = delivery.properties("PageCache")["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["CookiesConfig"]["CookieBehavior"] == "none"
    assert key["HeadersConfig"]["HeaderBehavior"] == "none"
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == "none"


@pytest.mark.parametrize("status", [403, 404, 500, 502, 503, 504])
def test_an_error_is_asked_for_again_at_once(delivery: Stack, status: int) -> None:
    responses = settings(delivery)["CustomErrorResponses"]
    assert {"ErrorCode": status, "ErrorCachingMinTTL": 0} in responses


def test_the_apis_problem_details_arrive_as_they_are(delivery: Stack) -> None:
    replaced = {key for response in settings(delivery)["CustomErrorResponses"] for key in response}
    assert replaced == {"ErrorCode", "ErrorCachingMinTTL"}


def test_any_page_may_show_and_read_images(delivery: Stack) -> None:
    assert behavior(delivery, "/images/*")["ResponseHeadersPolicyId"] == CORS_AND_SECURITY


def test_the_api_answers_cors_itself(delivery: Stack) -> None:
    assert behavior(delivery, "/api/*")["ResponseHeadersPolicyId"] == SECURITY


def test_the_page_may_not_be_framed(delivery: Stack) -> None:
    assert headers(delivery)["FrameOptions"] == {"FrameOption": "DENY", "Override": True}


def test_the_page_stays_on_https_for_a_year(delivery: Stack) -> None:
    assert headers(delivery)["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 31_536_000


def test_the_pages_files_are_what_they_say(delivery: Stack) -> None:
    assert headers(delivery)["ContentTypeOptions"] == {"Override": True}


def test_the_page_tells_nobody_where_its_readers_come_from(delivery: Stack) -> None:
    assert headers(delivery)["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"


def test_without_a_domain_of_ones_own_cloudfronts_serves(delivery: Stack) -> None:
    assert "Aliases" not in settings(delivery)
    assert settings(delivery)["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert delivery.outputs["SiteDomain"] == "<Distribution.DomainName>"


def test_a_domain_of_ones_own_serves_with_its_certificate() -> None:
    stack = deployed("delivery", API | OWN_DOMAIN)
    assert settings(stack)["Aliases"] == ["photos.example"]
    assert settings(stack)["ViewerCertificate"] == {
        "AcmCertificateArn": CERTIFICATE,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert stack.outputs["SiteDomain"] == "photos.example"


def test_a_domain_of_ones_own_needs_a_certificate() -> None:
    [refusal] = deployed("delivery", {"DomainName": "photos.example"}).refusals
    assert "CertificateArn" in refusal


def test_a_certificate_is_one_that_cloudfront_finds() -> None:
    assert allows("delivery", "CertificateArn", CERTIFICATE)
    elsewhere = CERTIFICATE.replace("us-east-1", "eu-central-1")
    assert not allows("delivery", "CertificateArn", elsewhere)


def test_there_is_no_firewall_unless_asked_for(delivery: Stack) -> None:
    assert "WebACLId" not in settings(delivery)
    assert delivery.of_type("AWS::WAFv2::WebACL") == {}


def test_the_firewall_is_before_the_distribution() -> None:
    stack = deployed("delivery", API | VIRGINIA | {"UseWaf": "true"})
    assert (stack.refusals, settings(stack)["WebACLId"]) == ([], "<WebAcl.Arn>")
    assert stack.properties("WebAcl")["Scope"] == "CLOUDFRONT"


def test_outside_of_virginia_a_firewall_is_refused_with_the_remedy() -> None:
    [refusal] = deployed("delivery", {"UseWaf": "true"}).refusals
    assert "us-east-1" in refusal
    assert "WebAclArn" in refusal


def test_outside_of_virginia_a_firewall_made_there_serves() -> None:
    stack = deployed("delivery", {"WebAclArn": WEB_ACL})
    assert (stack.refusals, settings(stack)["WebACLId"]) == ([], WEB_ACL)


def test_two_firewalls_are_refused() -> None:
    stack = deployed("delivery", VIRGINIA | {"UseWaf": "true", "WebAclArn": WEB_ACL})
    assert ["not both" in refusal for refusal in stack.refusals] == [True]


def test_the_firewall_holds_back_whoever_calls_the_api_too_often() -> None:
    stack = deployed("delivery", VIRGINIA | {"UseWaf": "true"})
    rules = {rule["Name"]: rule for rule in stack.properties("WebAcl")["Rules"]}
    rate = rules["TooManyCalls"]["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["AggregateKeyType"]) == (2000, "IP")
    assert rate["ScopeDownStatement"]["ByteMatchStatement"]["SearchString"] == "/api/"
    assert rules["TooManyCalls"]["Action"] == {"Block": {}}


def test_the_firewall_has_rules_that_aws_maintains() -> None:
    stack = deployed("delivery", VIRGINIA | {"UseWaf": "true"})
    groups = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]
        for rule in stack.properties("WebAcl")["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert groups == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }


def test_who_reads_is_written_down_only_where_asked(delivery: Stack) -> None:
    assert "Logging" not in settings(delivery)


def test_access_logs_go_where_asked() -> None:
    stack = deployed("delivery", {"AccessLogBucket": "our-logs"})
    assert settings(stack)["Logging"] == {
        "Bucket": "our-logs.s3.amazonaws.com",
        "IncludeCookies": False,
        "Prefix": "darkroom-dev/cloudfront/",
    }


def test_two_regions_may_have_the_same_stage() -> None:
    # What CloudFront makes is global: its names must tell the region.
    named = ("OriginAccess", "PageCache", "PageHeaders", "ImageKeys")
    one, other = deployed("delivery"), deployed("delivery", VIRGINIA)
    assert all(name_of(one, part) != name_of(other, part) for part in named)


def settings(stack: Stack) -> Json:
    return dict(stack.properties("Distribution")["DistributionConfig"])


def behaviors(stack: Stack) -> list[Json]:
    return [settings(stack)["DefaultCacheBehavior"], *settings(stack)["CacheBehaviors"]]


def behavior(stack: Stack, path: str) -> Json:
    """How `path` is served; an empty one is for all that no other serves."""
    return next(b for b in behaviors(stack) if b.get("PathPattern", "") == path)


def ids(stack: Stack) -> set[str]:
    return {origin["Id"] for origin in settings(stack)["Origins"]}


def origin(stack: Stack, name: str) -> Json:
    return next(o for o in settings(stack)["Origins"] if o["Id"] == name)


def statements(stack: Stack, policy: str) -> list[Json]:
    return list(stack.properties(policy)["PolicyDocument"]["Statement"])


def headers(stack: Stack) -> Json:
    assert behavior(stack, "")["ResponseHeadersPolicyId"] == "<PageHeaders>"
    config = stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"]
    return dict(config["SecurityHeadersConfig"])


def name_of(stack: Stack, part: str) -> Any:
    properties = stack.properties(part)
    config = next((v for k, v in properties.items() if k.endswith("Config")), {})
    return properties.get("Name") or config["Name"]
