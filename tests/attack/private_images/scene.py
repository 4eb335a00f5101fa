"""The scene: two owners' images on a running stack, and everything that an attacker may have."""

import base64
import http.client
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.aws.table_keys import SECRETS, shares_key
from chalicelib.model.delivery import Transformation, signature_of
from chalicelib.ports.secrets import SIGNING_KEY
from ops import signing_keys
from ops.local.names import IMAGES_TABLE
from ops.local.stack.signing_keys import file_of
from tests.e2e.client import ApiClient, Json
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import GENEROUS

SOON = timedelta(hours=1)
WEBP = {"Accept": "image/webp"}


@dataclass(frozen=True)
class Answer:
    """A response, as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    address: str, target: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Answer:
    """Send a request exactly as it is written: no client may tidy its path."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=GENEROUS)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


@dataclass
class Owner:
    """An owner with a private image."""

    client: ApiClient
    image: Json

    @property
    def id(self) -> str:
        return str(self.image["id"])


@dataclass
class Scene:
    """`ann` is attacked; `bob` is an owner of the same stage.

    `second` is another private image of Ann's, `former` was public when `former_image` was read,
    and `erased` has been deleted. `share` is a link to Ann's image that works.
    """

    stack: Stack
    ann: Owner
    bob: Owner
    second: Json
    former: Json
    erased: Json
    share: Json
    revoked: Json
    expired: Json
    bob_reads: ApiClient
    _etag: str = field(default="", repr=False)

    # What is attacked

    @property
    def path(self) -> str:
        """The path of a file of Ann's private image."""
        return f"/private/i/{self.ann.id}/mobile.webp"

    @property
    def file(self) -> Json:
        """A rendition of Ann's private image."""
        return next(r for r in self.ann.image["renditions"] if r["variant"] == "mobile")

    @property
    def hashed(self) -> str:
        """The hash and name of that rendition."""
        return "/".join(str(self.file["key"]).split("/")[2:])

    @property
    def query(self) -> str:
        """The signature that Ann's API returned for it."""
        return str(self.file["url"]).partition("?")[2]

    def query_of(self, image: Json) -> str:
        """The signature that the API returned for all stable files of an image."""
        return str(image["renditions"][0]["url"]).partition("?")[2]

    @cached_property
    def etag(self) -> str:
        return dict(self.get(f"{self.path}?{self.query}").headers)["Etag"]

    # Requests

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """A request to the CDN."""
        return send(self.stack.site, target, {**WEBP, **headers}, method)

    def api(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """A request to the API without a token."""
        return send(self.stack.api, target, headers, method)

    def as_bob(self, method: str, path: str, body: object = None) -> Answer:
        """A request to the API with Bob's token."""
        found = requests.request(
            method,
            f"{self.stack.api}{path}",
            json=body,
            headers=self.bob.client.headers,
            timeout=GENEROUS,
            allow_redirects=False,
        )
        return Answer(found.status_code, dict(found.headers), found.content)

    # Signatures that the stage would make

    @cached_property
    def keys(self) -> signing_keys.SigningKeys:
        return signing_keys.parsed(file_of(self.stack.data).read_text())

    @property
    def signer(self) -> CloudFrontSigner:
        """Signs anything with the stage's key, as no attacker can."""
        return CloudFrontSigner(self.keys.id, rsa_signer(self.keys.private_key))

    def signed(self, path: str, resource: str = "", by: CloudFrontSigner | None = None) -> str:
        """The path with a custom policy's signature; by default for exactly this URL."""
        policy = self.policy(resource or f"{self.stack.site}{path}")
        return self.with_policy(path, policy, by)

    def with_policy(self, path: str, policy: str, by: CloudFrontSigner | None = None) -> str:
        """The path with the signature of this policy."""
        url = (by or self.signer).generate_presigned_url(f"http://x{path}", policy=policy)
        return str(url).removeprefix("http://x")

    def canned(self, path: str, until: datetime) -> str:
        """The path with a canned policy's signature."""
        url = self.signer.generate_presigned_url(f"{self.stack.site}{path}", date_less_than=until)
        return str(url).removeprefix(self.stack.site)

    def policy(self, resource: str, until: timedelta = SOON, **options: datetime) -> str:
        now = datetime.now(UTC)
        return str(self.signer.build_policy(resource, now + until, **options))

    @cached_property
    def transformation(self) -> str:
        """The query of a signed transformation of Ann's image, with the stage's own HMAC."""
        key = {"id": {"S": SECRETS}, "entry": {"S": SIGNING_KEY}}
        # It is generated at its first use.
        self.get(f"/private/i/{self.ann.id}?h=20&w=30&s={'ab' * 32}&{self.query}")
        row = self.stack.client("dynamodb").get_item(TableName=IMAGES_TABLE, Key=key)["Item"]
        wanted = Transformation(width=30, height=20)
        secret = row["hex"]["S"].encode()
        return f"{wanted.query}&s={signature_of(secret, self.ann.id, wanted)}"


def rsa_signer(private_key: str) -> Callable[[bytes], bytes]:
    key: Any = load_pem_private_key(private_key.encode(), None)
    return lambda message: bytes(key.sign(message, PKCS1v15(), SHA1()))


def replaced(query: str, **values: str) -> str:
    """A query with other values; names with `_` for `-`."""
    for name, value in values.items():
        written = name.replace("_", "-")
        query, times = re.subn(rf"(?<=\b{written}=)[^&]*", lambda _: value, query)  # noqa: B023
        assert times, written
    return query


def without(query: str, name: str) -> str:
    return "&".join(part for part in query.split("&") if not part.startswith(f"{name}="))


def value_of(query: str, name: str) -> str:
    return next(p.partition("=")[2] for p in query.split("&") if p.startswith(f"{name}="))


def cookies(query: str) -> str:
    """A Cookie header with what a signed query allows."""
    return "; ".join(f"CloudFront-{part}" for part in query.split("&"))


def tampered(query: str, old: str, new: str) -> str:
    """The query with another text in its policy, and the signature as it was."""
    policy = value_of(query, "Policy")
    text = base64.b64decode(policy.translate(str.maketrans("-_~", "+=/"))).decode()
    assert old in text
    changed = base64.b64encode(text.replace(old, new).encode()).decode()
    return replaced(query, Policy=changed.translate(str.maketrans("+=/", "-_~")))


def make_scene(stack: Stack) -> Scene:
    """The scene on an empty stack with AUTH_MODE=token."""
    ann = ApiClient(stack.api, stack.token("ann"))
    bob = ApiClient(stack.api, stack.token("bob"))
    private = {"visibility": "private"}
    image = _ready(ann, 1, **private)
    former = _ready(ann, 3)
    assert _change(ann, former, private)["visibility"] == "private"
    erased = _ready(ann, 4, **private)
    assert _call(ann, "DELETE", f"/images/{erased['id']}")["verified"] is True
    share, revoked, expired = (_call(ann, "POST", f"/images/{image['id']}/share") for _ in range(3))
    _call(ann, "DELETE", f"/images/{image['id']}/share/{revoked['id']}")
    _expire(stack, image["id"], expired["id"])
    return Scene(
        stack=stack,
        ann=Owner(ann, image),
        bob=Owner(bob, _ready(bob, 5, **private)),
        second=_ready(ann, 2, **private),
        former=former,
        erased=erased,
        share=share,
        revoked=revoked,
        expired=expired,
        bob_reads=ApiClient(stack.api, stack.token("bob", "--scopes", "read")),
    )


def _ready(client: ApiClient, seed: int, **changes: Any) -> Json:
    image = client.finished(client.upload(jpeg(900, 600, seed=seed), **changes))
    assert image["status"] == "ready"
    return image


def _change(client: ApiClient, image: Json, body: Json) -> Json:
    return _call(client, "PATCH", f"/images/{image['id']}", body)


def _call(client: ApiClient, method: str, path: str, body: object = None) -> Json:
    found = requests.request(
        method, f"{client.api}{path}", json=body, headers=client.headers, timeout=GENEROUS
    )
    found.raise_for_status()
    return dict(json.loads(found.content))


def _expire(stack: Stack, image_id: str, share_id: str) -> None:
    """End a share now, as if its time had passed; DynamoDB deletes its row within days."""
    stack.client("dynamodb").update_item(
        TableName=IMAGES_TABLE,
        Key={"id": {"S": shares_key(image_id)}, "entry": {"S": share_id}},
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000000Z"}},
    )
