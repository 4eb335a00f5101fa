"""Options of the delivery: domain, firewall, logs."""

from typing import Any

from tests.infrastructure.distribution import (
    API,
    settings,
)
from tests.infrastructure.stacks import Stack, allows, deployed

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
OWN_DOMAIN = {"DomainName": "photos.example", "CertificateArn": CERTIFICATE}
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/ours/12345678"
VIRGINIA = {"AWS::Region": "us-east-1"}


def test_the_default_domain_is_cloudfronts(delivery: Stack) -> None:
    assert "Aliases" not in settings(delivery)
    assert settings(delivery)["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert delivery.outputs["SiteDomain"] == "<Distribution.DomainName>"


def test_a_custom_domain_is_served_with_its_certificate() -> None:
    stack = deployed("delivery", API | OWN_DOMAIN)
    assert settings(stack)["Aliases"] == ["photos.example"]
    assert settings(stack)["ViewerCertificate"] == {
        "AcmCertificateArn": CERTIFICATE,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert stack.outputs["SiteDomain"] == "photos.example"


def test_a_custom_domain_needs_a_certificate() -> None:
    [refusal] = deployed("delivery", {"DomainName": "photos.example"}).refusals
    assert "CertificateArn" in refusal


def test_a_certificate_must_be_in_us_east_1() -> None:
    assert allows("delivery", "CertificateArn", CERTIFICATE)
    elsewhere = CERTIFICATE.replace("us-east-1", "eu-central-1")
    assert not allows("delivery", "CertificateArn", elsewhere)


def test_there_is_no_firewall_by_default(delivery: Stack) -> None:
    assert "WebACLId" not in settings(delivery)
    assert delivery.of_type("AWS::WAFv2::WebACL") == {}


def test_the_firewall_protects_the_distribution() -> None:
    stack = deployed("delivery", API | VIRGINIA | {"UseWaf": "true"})
    assert (stack.refusals, settings(stack)["WebACLId"]) == ([], "<WebAcl.Arn>")
    assert stack.properties("WebAcl")["Scope"] == "CLOUDFRONT"


def test_outside_us_east_1_a_firewall_is_refused_with_the_remedy() -> None:
    [refusal] = deployed("delivery", {"UseWaf": "true"}).refusals
    assert "us-east-1" in refusal
    assert "WebAclArn" in refusal


def test_outside_us_east_1_an_existing_firewall_is_used() -> None:
    stack = deployed("delivery", {"WebAclArn": WEB_ACL})
    assert (stack.refusals, settings(stack)["WebACLId"]) == ([], WEB_ACL)


def test_two_firewalls_are_refused() -> None:
    stack = deployed("delivery", VIRGINIA | {"UseWaf": "true", "WebAclArn": WEB_ACL})
    assert ["not both" in refusal for refusal in stack.refusals] == [True]


def test_the_firewall_limits_the_rate_of_api_requests_by_ip_address() -> None:
    stack = deployed("delivery", VIRGINIA | {"UseWaf": "true"})
    rules = {rule["Name"]: rule for rule in stack.properties("WebAcl")["Rules"]}
    rate = rules["TooManyCalls"]["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["AggregateKeyType"]) == (2000, "IP")
    assert rate["ScopeDownStatement"]["ByteMatchStatement"]["SearchString"] == "/api/"
    assert rules["TooManyCalls"]["Action"] == {"Block": {}}


def test_the_firewall_has_aws_managed_rules() -> None:
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


def test_there_are_no_access_logs_by_default(delivery: Stack) -> None:
    assert "Logging" not in settings(delivery)


def test_access_logs_are_written_to_the_given_bucket() -> None:
    stack = deployed("delivery", {"AccessLogBucket": "our-logs"})
    assert settings(stack)["Logging"] == {
        "Bucket": "our-logs.s3.amazonaws.com",
        "IncludeCookies": False,
        "Prefix": "darkroom-dev/cloudfront/",
    }


def test_two_regions_may_have_the_same_stage() -> None:
    # CloudFront's resources are global, so their names must contain the region.
    global_resources = ("OriginAccess", "PageCache", "PageHeaders", "ImageKeys")
    here, there = deployed("delivery"), deployed("delivery", VIRGINIA)
    assert all(name_of(here, name) != name_of(there, name) for name in global_resources)


def name_of(stack: Stack, logical_id: str) -> Any:
    properties = stack.properties(logical_id)
    config = next((v for k, v in properties.items() if k.endswith("Config")), {})
    return properties.get("Name") or config["Name"]
