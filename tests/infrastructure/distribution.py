"""Access to parts of the distribution in the delivery stack."""

from tests.infrastructure.stacks import Json, Stack

API = {"ApiDomain": "abc123.execute-api.eu-central-1.amazonaws.com"}

PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"
KEYS = {"SigningKeyFirst": PUBLIC_KEY, "OriginSecret": "ab" * 32}


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


def readable(stack: Stack, purpose: str) -> list[str]:
    """The ARNs of the objects that the distribution may read in a bucket: Images or Site."""
    [allowed] = [s for s in statements(stack, f"{purpose}Policy") if s["Effect"] == "Allow"]
    resource = allowed["Resource"]
    return [resource] if isinstance(resource, str) else list(resource)


def headers(stack: Stack) -> Json:
    assert behavior(stack, "")["ResponseHeadersPolicyId"] == "<PageHeaders>"
    config = stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"]
    return dict(config["SecurityHeadersConfig"])
