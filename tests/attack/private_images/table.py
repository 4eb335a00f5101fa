"""The table of attacks: a name, and the request that would succeed if the attack did."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.signers import CloudFrontSigner

from chalicelib.web.requests import ORIGIN_SECRET_HEADER
from ops import signing_keys
from tests.attack.private_images.scene import (
    WEBP,
    Answer,
    Scene,
    cookies,
    replaced,
    rsa_signer,
    send,
    tampered,
    value_of,
    without,
)


class Attack(NamedTuple):
    """What somebody tries who must not see the image."""

    name: str
    attempt: Callable[[Scene], Answer]

    def __str__(self) -> str:
        return self.name


def file_with(query: Callable[[Scene], str]) -> Callable[[Scene], Answer]:
    """A request for Ann's private file with this query."""
    return lambda s: s.get(f"{s.path}?{query(s)}")


def path_with_bobs_signature(path: Callable[[Scene], str]) -> Callable[[Scene], Answer]:
    """A request for this path with the signature for all files of Bob's image."""
    return lambda s: s.get(f"{path(s)}?{s.query_of(s.bob.image)}")


def path_with_anns_signature(path: Callable[[Scene], str]) -> Callable[[Scene], Answer]:
    """A request for this path with the signature for all stable files of Ann's image."""
    return lambda s: s.get(f"{path(s)}?{s.query}")


def path(of: Callable[[Scene], str], **headers: str) -> Callable[[Scene], Answer]:
    """A request to the CDN for this path, without a signature."""
    return lambda s: s.get(of(s), **headers)


def foreign_signer(key_id: Callable[[Scene], str]) -> Callable[[Scene], Answer]:
    """A request signed with an attacker's own key under this id."""

    def attempt(s: Scene) -> Answer:
        own = signing_keys.new_pair()
        return s.get(s.signed(s.path, by=CloudFrontSigner(key_id(s), rsa_signer(own.private_key))))

    return attempt


def sharing(link: Callable[[Scene], str], method: str = "GET") -> Callable[[Scene], Answer]:
    """A request for a share's link."""
    return lambda s: s.api(urlsplit(link(s)).path, method)


def _first_changed(text: str) -> str:
    return ("A" if text[0] != "A" else "B") + text[1:]


def _ago(seconds: int) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def _expired(s: Scene) -> str:
    return s.with_policy(s.path, s.policy(f"{s.stack.site}{s.path}", -timedelta(seconds=1)))


def _not_yet(s: Scene) -> str:
    later = datetime.now(UTC) + timedelta(minutes=5)
    policy = s.policy(f"{s.stack.site}{s.path}", date_greater_than=later)
    return s.with_policy(s.path, policy)


def _elsewhere(s: Scene) -> str:
    policy = s.signer.build_policy(
        f"{s.stack.site}{s.path}", datetime.now(UTC) + timedelta(hours=1), ip_address="192.0.2.1"
    )
    return s.with_policy(s.path, policy)


def _two_policies(s: Scene, *, forged_first: bool) -> str:
    forged = f"Policy={value_of(s.query_of(s.bob.image), 'Policy')}"
    parts = [forged, s.query] if forged_first else [s.query_of(s.bob.image), s.query]
    return "&".join(parts)


def _two_statements(s: Scene) -> str:
    """Bob's statement, which is valid, and one for Ann's file, in a policy that is signed."""
    mine = s.policy(f"{s.stack.site}/private/i/{s.bob.id}*")[len('{"Statement":[') : -len("]}")]
    ours = s.policy(f"{s.stack.site}{s.path}")[len('{"Statement":[') : -len("]}")]
    return s.with_policy(s.path, f'{{"Statement":[{mine},{ours}]}}')


def _canned_for_longer(s: Scene) -> str:
    signed = s.canned(s.path, _ago(60))
    return f"{s.path}?{replaced(signed.partition('?')[2], Expires='4102444800')}"


def _canned_reordered(s: Scene) -> str:
    """A canned policy names the query in its order; another order is another URL."""
    signed = s.canned(f"/private/i/{s.ann.id}?w=320&v=1", datetime.now(UTC) + timedelta(hours=1))
    return signed.replace("w=320&v=1", "v=1&w=320")


SIGNATURES = [
    Attack("no signature", path(lambda s: s.path)),
    Attack("an empty query", path(lambda s: f"{s.path}?")),
    Attack("expired", lambda s: s.get(_expired(s))),
    Attack("not valid yet", lambda s: s.get(_not_yet(s))),
    Attack("for another address", lambda s: s.get(_elsewhere(s))),
    Attack("canned, expired", lambda s: s.get(s.canned(s.path, _ago(1)))),
    Attack("canned, with a later expiry", lambda s: s.get(_canned_for_longer(s))),
    Attack("canned, with its query reordered", lambda s: s.get(_canned_reordered(s))),
    Attack("of another image of the owner", file_with(lambda s: s.query_of(s.second))),
    Attack("of another owner's image", file_with(lambda s: s.query_of(s.bob.image))),
    Attack(
        "of another file of the image",
        lambda s: s.get(s.signed(f"/private/i/{s.ann.id}/720p.webp").replace("720p", "mobile")),
    ),
    Attack(
        "of another size",
        lambda s: s.get(s.signed(f"/private/i/{s.ann.id}?w=320").replace("w=320", "w=640")),
    ),
    Attack(
        "with a size added to the query",
        lambda s: s.get(f"{s.signed(f'/private/i/{s.ann.id}/mobile.webp')}&w=640"),
    ),
    Attack(
        "of the hashed files for a stable URL",
        file_with(lambda s: str(s.file["immutable_url"]).partition("?")[2]),
    ),
    Attack(
        "of the stable files for a hashed URL",
        path_with_anns_signature(lambda s: f"/private/images/{s.ann.id}/{s.hashed}"),
    ),
    Attack(
        "of another image, whose id is added to the query",
        file_with(lambda s: f"/private/i/{s.bob.id}/&{s.query_of(s.bob.image)}"),
    ),
    Attack(
        "of another image, whose whole URL is added to the query",
        file_with(lambda s: f"x={s.bob.image['renditions'][0]['url']}"),
    ),
    Attack(
        "with another resource",
        file_with(lambda s: tampered(s.query_of(s.bob.image), s.bob.id, s.ann.id)),
    ),
    Attack("with a wildcard as resource", file_with(lambda s: tampered(s.query, s.ann.id, "*"))),
    Attack(
        "truncated",
        file_with(lambda s: replaced(s.query, Signature=value_of(s.query, "Signature")[:-4])),
    ),
    Attack(
        "extended",
        file_with(lambda s: replaced(s.query, Signature=value_of(s.query, "Signature") + "AAAA")),
    ),
    Attack(
        "with one letter changed",
        file_with(
            lambda s: replaced(s.query, Signature=_first_changed(value_of(s.query, "Signature")))
        ),
    ),
    Attack("without letters", file_with(lambda s: replaced(s.query, Signature=""))),
    Attack("in standard base64", file_with(lambda s: s.query.replace("-", "+").replace("~", "/"))),
    Attack(
        "duplicated", file_with(lambda s: f"{s.query}&Signature={value_of(s.query, 'Signature')}")
    ),
    Attack("a forged policy first", file_with(lambda s: _two_policies(s, forged_first=True))),
    Attack("a forged signature first", file_with(lambda s: _two_policies(s, forged_first=False))),
    Attack("two statements", lambda s: s.get(_two_statements(s))),
    Attack("a policy and an expiry", file_with(lambda s: f"{s.query}&Expires=4102444800")),
    Attack(
        "an expiry instead of the policy",
        file_with(lambda s: f"Expires=4102444800&{without(s.query, 'Policy')}"),
    ),
    Attack("an unknown key id", file_with(lambda s: replaced(s.query, Key_Pair_Id="K0000000"))),
    Attack("an empty key id", file_with(lambda s: replaced(s.query, Key_Pair_Id=""))),
    Attack("two key ids", file_with(lambda s: f"{s.query}&Key-Pair-Id=K0000000")),
    Attack("no key id", file_with(lambda s: without(s.query, "Key-Pair-Id"))),
    Attack("an attacker's key under the stage's id", foreign_signer(lambda s: s.keys.id)),
    Attack("an attacker's key under its own id", foreign_signer(lambda _: "KATTACKER")),
    Attack("another hash algorithm", file_with(lambda s: f"{s.query}&Hash-Algorithm=SHA256")),
    Attack("no hash algorithm", file_with(lambda s: f"{s.query}&Hash-Algorithm=none")),
    Attack("names in lower case", file_with(lambda s: s.query.lower())),
    Attack(
        "a policy for another host",
        lambda s: s.get(s.signed(s.path, f"https://photos.example{s.path}")),
    ),
    Attack(
        "a policy for another scheme",
        lambda s: s.get(s.signed(s.path, f"{s.stack.site}{s.path}".replace("http:", "https:"))),
    ),
    Attack(
        "a policy for the public paths", lambda s: s.get(s.signed(s.path, f"{s.stack.site}/i/*"))
    ),
    Attack(
        "our own HMAC instead of a signature",
        lambda s: s.get(f"/private/i/{s.ann.id}?{s.transformation}"),
    ),
]
COOKIES = [
    Attack(
        "another owner's cookies", lambda s: s.get(s.path, Cookie=cookies(s.query_of(s.bob.image)))
    ),
    Attack("truncated cookies", lambda s: s.get(s.path, Cookie=cookies(s.query[:-4]))),
    Attack(
        "expired cookies", lambda s: s.get(s.path, Cookie=cookies(_expired(s).partition("?")[2]))
    ),
    Attack(
        "cookies without a policy",
        lambda s: s.get(s.path, Cookie=cookies(without(s.query, "Policy"))),
    ),
    Attack(
        "cookies with other names",
        lambda s: s.get(s.path, Cookie=cookies(s.query).replace("CloudFront-", "")),
    ),
    Attack(
        "valid cookies and another image's signature",
        lambda s: s.get(f"{s.path}?{s.query_of(s.bob.image)}", Cookie=cookies(s.query)),
    ),
    Attack(
        "the signature as a header", lambda s: s.get(s.path, Policy=value_of(s.query, "Policy"))
    ),
]
PATHS = [
    Attack(
        "a public path after the private one",
        path_with_bobs_signature(lambda s: f"/private/i/{s.bob.id}/../{s.ann.id}/mobile.webp"),
    ),
    Attack(
        "an encoded way up",
        path_with_bobs_signature(lambda s: f"/private/i/{s.bob.id}/%2e%2e/{s.ann.id}/mobile.webp"),
    ),
    Attack(
        "an encoded slash",
        path_with_bobs_signature(lambda s: f"/private/i/{s.bob.id}%2F..%2F{s.ann.id}/mobile.webp"),
    ),
    Attack(
        "a backslash",
        path_with_bobs_signature(lambda s: f"/private/i/{s.bob.id}\\..\\{s.ann.id}\\mobile.webp"),
    ),
    Attack(
        "another id after the own one",
        path_with_bobs_signature(lambda s: f"/private/i/{s.bob.id}{s.ann.id}/mobile.webp"),
    ),
    Attack(
        "another image as a variant",
        path_with_bobs_signature(lambda s: f"/private/i/{s.bob.id}/{s.ann.id}/i/mobile.webp"),
    ),
    Attack("the path in capitals", path(lambda s: f"/Private/i/{s.ann.id}/mobile.webp")),
    Attack("an encoded path", path(lambda s: f"/%70rivate/i/{s.ann.id}/mobile.webp")),
    Attack("a double slash in front", path(lambda s: f"//private/i/{s.ann.id}/mobile.webp")),
    Attack("a double slash within", path(lambda s: f"/private//i/{s.ann.id}/mobile.webp")),
    Attack(
        "a way up to the private files", path(lambda s: f"/i/../private/i/{s.ann.id}/mobile.webp")
    ),
    Attack(
        "an encoded way up to the private files",
        path(lambda s: f"/images/%2e%2e/private/{s.ann.id}/{s.hashed}"),
    ),
    Attack("the key", path(lambda s: f"/{s.file['key']}")),
    Attack("the key below images", path(lambda s: f"/images/{s.file['key']}")),
    Attack("the key below i", path(lambda s: f"/i/private/{s.ann.id}/i/mobile.webp")),
    Attack("the whole URL as path", path(lambda s: f"{s.stack.site}{s.path}")),
    Attack("the manifest", path(lambda s: f"/images/{s.ann.id}/manifest.json")),
    Attack(
        "the manifest with a signature",
        lambda s: s.get(
            s.signed(f"/private/images/{s.ann.id}/manifest.json", f"{s.stack.site}/private/*")
        ),
    ),
    Attack(
        "the manifest as a stable file",
        path_with_anns_signature(lambda s: f"/private/i/{s.ann.id}/manifest.json"),
    ),
    Attack(
        "the manifest by a way up",
        path_with_anns_signature(lambda s: f"/private/i/{s.ann.id}/../../{s.ann.id}/manifest.json"),
    ),
    Attack("HEAD", lambda s: s.get(s.path, "HEAD")),
    Attack("POST", lambda s: s.get(s.path, "POST")),
    Attack("a range", path(lambda s: s.path, Range="bytes=0-9")),
    Attack("the entity tag", lambda s: s.get(s.path, **{"If-None-Match": s.etag})),
]
PUBLIC_URLS = [
    Attack("a stable URL", path(lambda s: f"/i/{s.ann.id}/mobile.webp")),
    Attack("a stable URL without a suffix", path(lambda s: f"/i/{s.ann.id}/mobile")),
    Attack("a stable file", path(lambda s: f"/i/{s.ann.id}/i/mobile.webp")),
    Attack("a guessed hashed URL", path(lambda s: f"/images/{s.ann.id}/{s.hashed}")),
    Attack(
        "a hashed URL that was replaced",
        path(lambda s: f"/images/{s.ann.id}/{'0' * 16}/mobile.webp"),
    ),
    Attack("a size on demand", path(lambda s: f"/i/{s.ann.id}?w=320")),
    Attack("a signed transformation", path(lambda s: f"/i/{s.ann.id}?{s.transformation}")),
    Attack(
        "a stable URL with the CDN's signature",
        lambda s: s.get(f"/i/{s.ann.id}/mobile.webp?{s.query}"),
    ),
    Attack(
        "a stable URL with the origin's secret",
        lambda s: s.get(
            f"/i/{s.ann.id}/mobile.webp", **{ORIGIN_SECRET_HEADER: s.keys.origin_secret}
        ),
    ),
    Attack("HEAD of a stable URL", lambda s: s.get(f"/i/{s.ann.id}/mobile.webp", "HEAD")),
    Attack(
        "a range of a stable URL", path(lambda s: f"/i/{s.ann.id}/mobile.webp", Range="bytes=0-9")
    ),
    Attack(
        "a stable URL with the entity tag",
        lambda s: s.get(f"/i/{s.ann.id}/mobile.webp", **{"If-None-Match": s.etag}),
    ),
    Attack("a former stable URL", path(lambda s: urlsplit(s.former["renditions"][0]["url"]).path)),
    Attack(
        "a former hashed URL",
        path(lambda s: urlsplit(s.former["renditions"][0]["immutable_url"]).path),
    ),
    Attack(
        "a former hashed URL with any entity tag",
        path(
            lambda s: urlsplit(s.former["renditions"][0]["immutable_url"]).path,
            **{"If-None-Match": "*"},
        ),
    ),
    Attack("a former size on demand", path(lambda s: f"/i/{s.former['id']}?w=320")),
    Attack(
        "the signed URL of an erased image",
        lambda s: s.get(str(s.erased["renditions"][0]["url"]).removeprefix(s.stack.site)),
    ),
]
ORIGINS = [
    Attack(
        "the API's route of public files", lambda s: s.api(f"/renditions/{s.ann.id}/i/mobile.webp")
    ),
    Attack(
        "the API's route of public files, with the secret",
        lambda s: s.api(
            f"/renditions/{s.ann.id}/i/mobile.webp", **{ORIGIN_SECRET_HEADER: s.keys.origin_secret}
        ),
    ),
    Attack(
        "the API's route of private files",
        lambda s: s.api(f"/renditions/private/{s.ann.id}/i/mobile.webp"),
    ),
    Attack(
        "the API's route of private files, with an empty secret",
        lambda s: s.api(
            f"/renditions/private/{s.ann.id}/i/mobile.webp", **{ORIGIN_SECRET_HEADER: ""}
        ),
    ),
    Attack(
        "the API's route of private files, with a wrong secret",
        lambda s: s.api(
            f"/renditions/private/{s.ann.id}/i/mobile.webp", **{ORIGIN_SECRET_HEADER: "ab" * 32}
        ),
    ),
    Attack(
        "the API's route of private files, with half the secret",
        lambda s: s.api(
            f"/renditions/private/{s.ann.id}/i/mobile.webp",
            **{ORIGIN_SECRET_HEADER: s.keys.origin_secret[:32]},
        ),
    ),
    Attack(
        "the bucket without credentials",
        lambda s: send(s.stack.s3_address, f"/darkroom-images/{s.file['key']}", WEBP),
    ),
]
SHARES = [
    Attack("a revoked share", sharing(lambda s: s.revoked["url"])),
    Attack("HEAD of a revoked share", sharing(lambda s: s.revoked["url"], "HEAD")),
    Attack("an expired share", sharing(lambda s: s.expired["url"])),
    Attack(
        "a share of another image",
        sharing(lambda s: s.share["url"].replace(s.ann.id, s.second["id"])),
    ),
    Attack("a truncated share", sharing(lambda s: s.share["url"][:-1])),
    Attack("an extended share", sharing(lambda s: s.share["url"] + "A")),
    Attack("a share's id", lambda s: s.api(f"/shared/{s.share['id']}")),
    Attack(
        "an image's id and a share's", lambda s: s.api(f"/shared/{s.ann.id}-{s.share['id']:A<43}")
    ),
    Attack(
        "a share with an encoded letter",
        sharing(lambda s: s.share["url"].replace(f"{s.ann.id}-", f"{s.ann.id}%2D%00")),
    ),
]
OWNERS = [
    Attack("another owner's image", lambda s: s.as_bob("GET", f"/images/{s.ann.id}")),
    Attack("another owner's original", lambda s: s.as_bob("GET", f"/images/{s.ann.id}/original")),
    Attack("another owner's new share", lambda s: s.as_bob("POST", f"/images/{s.ann.id}/share")),
    Attack("another owner's shares", lambda s: s.as_bob("GET", f"/images/{s.ann.id}/share")),
    Attack(
        "another owner's share revoked",
        lambda s: s.as_bob("DELETE", f"/images/{s.ann.id}/share/{s.share['id']}"),
    ),
    Attack(
        "another owner's share revoked at the own image",
        lambda s: s.as_bob("DELETE", f"/images/{s.bob.id}/share/{s.share['id']}"),
    ),
    Attack(
        "another owner's visibility",
        lambda s: s.as_bob("PATCH", f"/images/{s.ann.id}", {"visibility": "public"}),
    ),
    Attack(
        "another owner's object processed",
        lambda s: s.as_bob(
            "POST", "/images", {"bucket": "darkroom-uploads", "key": s.ann.image["original_file"]}
        ),
    ),
    Attack("another owner's list", lambda s: s.as_bob("GET", "/images?owner=ann")),
    Attack("an original without a token", lambda s: s.api(f"/images/{s.ann.id}/original")),
    Attack(
        "a share made with a token that may only read",
        lambda s: s.api(f"/images/{s.bob.id}/share", "POST", **s.bob_reads.headers),
    ),
]
TABLE = {
    "signature": SIGNATURES,
    "cookie": COOKIES,
    "path": PATHS,
    "public URL": PUBLIC_URLS,
    "origin": ORIGINS,
    "share": SHARES,
    "owner": OWNERS,
}
ATTACKS = [
    Attack(f"{kind}: {attack.name}", attack.attempt)
    for kind, attacks in TABLE.items()
    for attack in attacks
]
