"""Private images behind CloudFront: only signed requests reach their files."""

import pytest

from tests.infrastructure.distribution import (
    API,
    KEYS,
    PUBLIC_KEY,
    behavior,
    behaviors,
    origin,
    settings,
)
from tests.infrastructure.stacks import Stack, allows, deployed, template

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's policy CachingDisabled


@pytest.fixture(scope="module")
def private() -> Stack:
    return deployed("delivery", API | KEYS)


def test_exactly_the_private_paths_ask_for_a_signature(private: Stack) -> None:
    asking = [b["PathPattern"] for b in behaviors(private) if "TrustedKeyGroups" in b]
    assert asking == ["/private/*"]


def test_no_behavior_trusts_the_keys_of_an_account(private: Stack) -> None:
    assert [b for b in behaviors(private) if "TrustedSigners" in b] == []


def test_the_private_paths_trust_this_stages_keys_and_no_others(private: Stack) -> None:
    assert behavior(private, "/private/*")["TrustedKeyGroups"] == ["<PrivateViewers>"]
    group = private.properties("PrivateViewers")["KeyGroupConfig"]
    assert group["Items"] == ["<FirstSigningKey>"]


def test_after_a_rotation_both_keys_are_trusted() -> None:
    stack = deployed("delivery", API | KEYS | {"SigningKeySecond": PUBLIC_KEY})
    group = stack.properties("PrivateViewers")["KeyGroupConfig"]
    assert group["Items"] == ["<FirstSigningKey>", "<SecondSigningKey>"]


def test_a_key_that_was_removed_is_not_trusted() -> None:
    given = API | {"SigningKeyFirst": "", "SigningKeySecond": PUBLIC_KEY}
    stack = deployed("delivery", given)
    assert stack.properties("PrivateViewers")["KeyGroupConfig"]["Items"] == ["<SecondSigningKey>"]
    assert "FirstSigningKey" not in stack.resources


def test_without_a_key_no_path_serves_private_images(delivery: Stack) -> None:
    assert "/private/*" not in [b.get("PathPattern") for b in behaviors(delivery)]


def test_private_images_are_not_cached(private: Stack) -> None:
    assert behavior(private, "/private/*")["CachePolicyId"] == DISABLED


def test_a_signature_is_never_sent_unencrypted(private: Stack) -> None:
    assert behavior(private, "/private/*")["ViewerProtocolPolicy"] == "https-only"


def test_private_images_can_only_be_read(private: Stack) -> None:
    assert behavior(private, "/private/*")["AllowedMethods"] == ["GET", "HEAD"]


def test_only_the_private_behavior_reaches_the_origin_with_the_secret(private: Stack) -> None:
    groups = settings(private)["OriginGroups"]
    using = [
        group["Id"]
        for group in groups["Items"]
        if "private-renditions" in [m["OriginId"] for m in group["Members"]["Items"]]
    ]
    targets = [b["PathPattern"] for b in behaviors(private) if b["TargetOriginId"] in using]
    assert (using, targets, groups["Quantity"]) == (["private-files"], ["/private/*"], 2)


def test_the_secret_is_sent_by_the_private_origin_alone(private: Stack) -> None:
    sending = {
        o["Id"]: o["OriginCustomHeaders"]
        for o in settings(private)["Origins"]
        if ("OriginCustomHeaders" in o)
    }
    header = {"HeaderName": "X-Darkroom-Origin", "HeaderValue": "ab" * 32}
    assert sending == {"private-renditions": [header]}


def test_the_private_origin_is_the_api_by_the_path_of_its_route(private: Stack) -> None:
    # The function has put /private before the id.
    assert origin(private, "private-renditions")["OriginPath"] == "/api/renditions"


def test_before_there_is_an_api_private_files_come_from_the_bucket() -> None:
    assert behavior(deployed("delivery", KEYS), "/private/*")["TargetOriginId"] == "images"


def test_the_secret_is_shown_to_nobody() -> None:
    assert template("delivery")["Parameters"]["OriginSecret"]["NoEcho"] is True


@pytest.mark.parametrize("text", ["", PUBLIC_KEY, f"{PUBLIC_KEY}\n"])
def test_a_public_key_is_accepted(text: str) -> None:
    assert allows("delivery", "SigningKeyFirst", text)


@pytest.mark.parametrize(
    "text", [PUBLIC_KEY.replace("PUBLIC", "PRIVATE"), "MIIB", f"{PUBLIC_KEY} x"]
)
def test_anything_else_than_a_public_key_is_refused(text: str) -> None:
    assert not allows("delivery", "SigningKeyFirst", text)
