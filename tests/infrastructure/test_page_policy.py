"""The page's content security policy: it allows what the page needs, and no more."""

import re
from collections.abc import Iterator

import pytest

from chalicelib.aws import clients
from chalicelib.aws.signing import S3Signer
from tests.aws.conftest import ANYONE, lead_boto3
from tests.frontend.darkroom import FRONTEND, FakeDarkroom
from tests.infrastructure.stacks import REQUIRED, deployed

UPLOADS = REQUIRED["UploadsBucket"]
REGIONS = [
    ("us-east-1", "amazonaws.com"),
    ("eu-central-1", "amazonaws.com"),
    ("us-gov-west-1", "amazonaws.com"),
    ("cn-north-1", "amazonaws.com.cn"),
]


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Signer]:
    lead_boto3(ANYONE, monkeypatch)
    clients.s3.cache_clear()
    yield S3Signer(UPLOADS)
    clients.s3.cache_clear()


def test_it_is_the_policy_under_which_the_browser_tests_run() -> None:
    darkroom = FakeDarkroom()
    darkroom.api, darkroom.store = "https://photos.example/api", address("eu-central-1")
    enforced = directives(darkroom.content_security_policy())
    enforced["connect-src"].remove("https://photos.example")  # the API has the page's own origin
    assert policy("eu-central-1") == enforced


@pytest.mark.parametrize(("region", "suffix"), REGIONS)
def test_the_page_may_upload_to_the_address_in_tickets(
    monkeypatch: pytest.MonkeyPatch, signer: S3Signer, region: str, suffix: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    form = signer.presign_post("key", "image/png", None, 1, 60)
    origin = re.match("https://[^/]+", form.url)
    assert origin
    assert policy(region, suffix)["connect-src"] == {"'self'", origin[0]}


@pytest.mark.parametrize(
    ("source", "use"), [("data:", r"data_uri"), ("blob:", r"URL\.createObjectURL")]
)
def test_every_further_source_of_images_is_used_by_the_page(source: str, use: str) -> None:
    modules = "".join(path.read_text() for path in FRONTEND.glob("*.js"))
    assert source in policy("eu-central-1")["img-src"]
    assert re.search(use, modules)


def test_pages_of_other_origins_may_run_the_uploader() -> None:
    stack = deployed("delivery", {})
    headers = stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"]
    assert headers["CorsConfig"]["AccessControlAllowOrigins"]["Items"] == ["*"]
    assert headers["CorsConfig"]["AccessControlAllowCredentials"] is False


def test_nothing_unsafe_is_allowed() -> None:
    sources = {source for allowed in policy("eu-central-1").values() for source in allowed}
    assert not [source for source in sources if "unsafe" in source or "*" in source]


def policy(region: str, suffix: str = "amazonaws.com") -> dict[str, set[str]]:
    stack = deployed("delivery", {"AWS::Region": region, "AWS::URLSuffix": suffix})
    headers = stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"]
    policy = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert policy["Override"] is True
    return directives(policy["ContentSecurityPolicy"])


def directives(text: str) -> dict[str, set[str]]:
    split = [directive.split() for directive in text.split(";")]
    return {name: set(sources) for name, *sources in split}


def address(region: str) -> str:
    return f"https://{UPLOADS}.s3.{region}.amazonaws.com"
