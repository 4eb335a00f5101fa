"""Access to parts of the distribution in the delivery stack."""

from tests.infrastructure.stacks import Json, Stack

API = {"ApiDomain": "abc123.execute-api.eu-central-1.amazonaws.com"}


def settings(stack: Stack) -> Json:
    return dict(stack.properties("Distribution")["DistributionConfig"])


def behaviors(stack: Stack) -> list[Json]:
    return [settings(stack)["DefaultCacheBehavior"], *settings(stack)["CacheBehaviors"]]


def behavior(stack: Stack, path: str) -> Json:
    """The cache behavior of `path`; an empty path means the default behavior."""
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
