"""How long responses are cached, and the headers that CloudFront adds."""

import pytest

from tests.infrastructure.distribution import (
    behavior,
    behaviors,
    headers,
    settings,
)
from tests.infrastructure.stacks import Stack

# The ids of AWS's managed policies.
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SECURITY = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CORS_AND_SECURITY = "e61eb60c-9c35-4d20-a928-2b84e02af89c"


def test_all_responses_are_compressed(delivery: Stack) -> None:
    assert {behavior["Compress"] for behavior in behaviors(delivery)} == {True}


@pytest.mark.parametrize("path", ["/images/*", "/i/*"])
def test_images_are_cached_as_their_headers_say(delivery: Stack, path: str) -> None:
    assert behavior(delivery, path)["CachePolicyId"] == "<ImageCache>"
    policy = delivery.properties("ImageCache")["CachePolicyConfig"]
    assert [policy[limit] for limit in ("MinTTL", "DefaultTTL", "MaxTTL")] == [0, 0, 31_536_000]


def test_other_caches_know_that_stable_urls_depend_on_the_accepted_formats(
    delivery: Stack,
) -> None:
    assert behavior(delivery, "/i/*")["ResponseHeadersPolicyId"] == "<StableHeaders>"
    policy = delivery.properties("StableHeaders")["ResponseHeadersPolicyConfig"]
    [header] = policy["CustomHeadersConfig"]["Items"]
    assert (header["Header"], header["Value"]) == ("Vary", "Accept")


def test_the_api_is_never_cached(delivery: Stack) -> None:
    assert behavior(delivery, "/api/*")["CachePolicyId"] == DISABLED


def test_the_api_gets_all_headers_but_the_host(delivery: Stack) -> None:
    # API Gateway finds the API by its own host name.
    assert behavior(delivery, "/api/*")["OriginRequestPolicyId"] == ALL_BUT_HOST


def test_the_page_is_cached_for_an_hour_at_most(delivery: Stack) -> None:
    assert behavior(delivery, "")["CachePolicyId"] == "<PageCache>"
    policy = delivery.properties("PageCache")["CachePolicyConfig"]
    assert [policy[limit] for limit in ("MinTTL", "DefaultTTL", "MaxTTL")] == [0, 60, 3600]


@pytest.mark.parametrize("name", ["PageCache", "ImageCache"])
def test_a_cache_key_is_the_path_alone(delivery: Stack, name: str) -> None:
    policy = delivery.properties(name)["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["CookiesConfig"]["CookieBehavior"] == "none"
    assert key["HeadersConfig"]["HeaderBehavior"] == "none"
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == "none"


@pytest.mark.parametrize("status", [403, 404, 500, 502, 503, 504])
def test_an_error_is_not_cached(delivery: Stack, status: int) -> None:
    responses = settings(delivery)["CustomErrorResponses"]
    assert {"ErrorCode": status, "ErrorCachingMinTTL": 0} in responses


def test_the_apis_problem_details_are_passed_through(delivery: Stack) -> None:
    replaced = {key for response in settings(delivery)["CustomErrorResponses"] for key in response}
    assert replaced == {"ErrorCode", "ErrorCachingMinTTL"}


def test_any_page_may_show_and_read_images(delivery: Stack) -> None:
    assert behavior(delivery, "/images/*")["ResponseHeadersPolicyId"] == CORS_AND_SECURITY


def test_the_api_sets_cors_headers_itself(delivery: Stack) -> None:
    assert behavior(delivery, "/api/*")["ResponseHeadersPolicyId"] == SECURITY


def test_the_page_may_not_be_framed(delivery: Stack) -> None:
    assert headers(delivery)["FrameOptions"] == {"FrameOption": "DENY", "Override": True}


def test_the_page_stays_on_https_for_a_year(delivery: Stack) -> None:
    assert headers(delivery)["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 31_536_000


def test_browsers_do_not_guess_the_types_of_the_pages_files(delivery: Stack) -> None:
    assert headers(delivery)["ContentTypeOptions"] == {"Override": True}


def test_the_page_sends_no_referrer(delivery: Stack) -> None:
    assert headers(delivery)["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
