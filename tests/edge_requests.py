"""Requests to the CDN, and the key or status that each gets: here and in CloudFront's function.

AVIF, WEBP and PLAIN are what browsers send for images; see MDN's "List of default Accept values".
"""

from typing import NamedTuple

from chalicelib.model.delivery import EdgeTable
from tests.builders import ULID

AVIF = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
WEBP = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"
PLAIN = "*/*"

SIGNATURE = "ab" * 32
HASH = "60425b612b0452a3"  # pragma: allowlist secret - of a file

TABLE = EdgeTable(
    variants={"1080p": "w", "hero": "aw", "logo": "p", "photo": "", "constructor": "aw"},
    widths=(320, 640, 1280),
    formats="aw",
    generation="0123abcd",
)


class Request(NamedTuple):
    """A request, and what becomes of it: a key, or the status of the CDN's own response."""

    path: str
    result: str | int
    accept: str = AVIF
    query: str = ""


# What CloudFront's signatures add to a query
CLOUDFRONT = "Policy=eyJ_&Signature=Zm9v~bar-_&Key-Pair-Id=K2&Hash-Algorithm=SHA256&Expires=9"

I = f"/i/{ULID}"  # noqa: E741 - as in the path

REQUESTS = [
    # Renditions, by their keys
    Request(f"/images/{ULID}/{HASH}/1080p.webp", f"{ULID}/{HASH}/1080p.webp"),
    Request(f"/images/{ULID}/{HASH}/1080p.webp", f"{ULID}/{HASH}/1080p.webp", query="v=2&v=3"),
    # Stable URLs
    Request(f"{I}/1080p", f"{ULID}/i/1080p.webp"),
    Request(f"{I}/1080p", f"{ULID}/i/1080p.webp", WEBP),
    Request(f"{I}/1080p", f"{ULID}/i/1080p.jpg", PLAIN),
    Request(f"{I}/1080p", f"{ULID}/i/1080p.jpg", ""),
    Request(f"{I}/hero", f"{ULID}/i/hero.avif"),
    Request(f"{I}/hero", f"{ULID}/i/hero.webp", WEBP),
    Request(f"{I}/hero", f"{ULID}/i/hero.webp", "IMAGE/WEBP"),
    Request(f"{I}/hero", f"{ULID}/i/hero.webp", "image/avif;q=0,image/webp;q=0.5"),
    Request(f"{I}/hero", f"{ULID}/i/hero.jpg", "image/avif;q=0.0, image/webp;q=0"),
    Request(f"{I}/hero", f"{ULID}/i/hero.avif", "image/avif;q=0.01"),
    Request(f"{I}/hero", f"{ULID}/i/hero.jpg", "text/image/avif, image/avif-sequence"),
    Request(f"{I}/logo", f"{ULID}/i/logo.png"),
    Request(f"{I}/photo", f"{ULID}/i/photo.jpg"),
    Request(f"{I}/constructor", f"{ULID}/i/constructor.avif"),
    Request(f"{I}/valueof", f"{ULID}/i/valueof.webp"),  # no variant of the table
    Request(f"{I}/hero.webp", f"{ULID}/i/hero.webp"),
    Request(f"{I}/hero.jpeg", f"{ULID}/i/hero.jpg"),
    Request(f"{I}/hero.png", f"{ULID}/i/hero.png", PLAIN),
    Request(f"{I}/hero", f"{ULID}/i/hero.avif", query="utm_source=mail&w=1"),
    Request(f"{I}/hero.gif", 404),
    Request(f"{I}/hero.", 404),
    Request(f"{I}/Hero", 404),
    Request(f"{I}/" + "a" * 33, 404),
    # Files by their keys, as redirects name them
    Request(f"{I}/i/hero.webp", f"{ULID}/i/hero.webp", PLAIN),
    Request(f"{I}/w/640-0123abcd.webp", f"{ULID}/w/640-0123abcd.webp", PLAIN),
    Request(
        f"{I}/s/h20_w30-0123abcd-{SIGNATURE}.jpg", f"{ULID}/s/h20_w30-0123abcd-{SIGNATURE}.jpg"
    ),
    Request(f"{I}/w/640-0123abcd.gif", 404),
    Request(f"{I}/w/0640-0123abcd.webp", 404),
    # Widths of the ladder
    Request(I, f"{ULID}/w/640-0123abcd.avif", query="w=640"),
    Request(I, f"{ULID}/w/640-0123abcd.avif", query="w=321"),
    Request(I, f"{ULID}/w/320-0123abcd.webp", WEBP, "w=1"),
    Request(I, f"{ULID}/w/1280-0123abcd.jpg", PLAIN, "w=9999"),
    Request(I, f"{ULID}/w/640-0123abcd.avif", query="utm=1&w=640&v=2"),
    Request(I, 404, query="w=0"),
    Request(I, 404, query="w="),
    Request(I, 404, query="w"),
    Request(I, 404, query="w=0640"),
    Request(I, 404, query="w=64e1"),
    Request(I, 404, query="w=%36%34%30"),
    Request(I, 404, query="w=10000"),
    Request(I, 404, query="w=-640"),
    Request(I, 404),
    Request(I, 404, query="width=640"),
    Request(I, 403, query="w=640&w=320"),
    # Signed transformations
    Request(I, f"{ULID}/s/h200_w300-0123abcd-{SIGNATURE}.avif", query=f"w=300&h=200&s={SIGNATURE}"),
    Request(I, f"{ULID}/s/h200_w300-0123abcd-{SIGNATURE}.webp", WEBP, f"s={SIGNATURE}&h=200&w=300"),
    Request(
        I,
        f"{ULID}/s/fjpeg_fitcover_h200_q70_w300-0123abcd-{SIGNATURE}.jpg",
        query=f"w=300&h=200&fit=cover&q=70&f=jpeg&s={SIGNATURE}&utm=1",
    ),
    Request(I, f"{ULID}/s/w300-0123abcd-{SIGNATURE}.avif", query=f"w=300&s={SIGNATURE}"),
    Request(I, 403, query="w=300&h=200"),
    Request(I, 403, query="w=640&f=webp"),
    Request(I, 403, query="w=640&q=50"),
    Request(I, 403, query="h=200"),
    Request(I, 403, query=f"q=50&s={SIGNATURE}"),
    Request(I, 403, query=f"s={SIGNATURE}"),
    Request(I, 403, query=f"w=300&h=200&s={SIGNATURE[:-1]}"),
    Request(I, 403, query=f"w=300&h=200&s={SIGNATURE.upper()}"),
    Request(I, 403, query=f"w=300&h=200&s={SIGNATURE}0"),
    Request(I, 403, query=f"w=300&h=200&s={SIGNATURE}&s={SIGNATURE}"),
    Request(I, 403, query=f"w=300&w=300&h=200&s={SIGNATURE}"),
    Request(I, 403, query=f"w=300&h=200&fit=fill&s={SIGNATURE}"),
    Request(I, 403, query=f"w=300&h=200&q=101&s={SIGNATURE}"),
    Request(I, 403, query=f"w=300&h=02&s={SIGNATURE}"),
    Request(I, 403, query=f"w=300&h=200%26q=1&s={SIGNATURE}"),
    # Private images: the same below /private, whether CloudFront has removed its parameters or not
    Request(f"/private/images/{ULID}/{HASH}/1080p.webp", f"private/{ULID}/{HASH}/1080p.webp"),
    Request(f"/private{I}/1080p", f"private/{ULID}/i/1080p.webp"),
    Request(f"/private{I}/1080p", f"private/{ULID}/i/1080p.jpg", PLAIN, CLOUDFRONT),
    Request(f"/private{I}/hero.webp", f"private/{ULID}/i/hero.webp", query=CLOUDFRONT),
    Request(f"/private{I}/i/hero.webp", f"private/{ULID}/i/hero.webp"),
    Request(f"/private{I}", f"private/{ULID}/w/640-0123abcd.avif", query="w=640"),
    Request(f"/private{I}", f"private/{ULID}/w/640-0123abcd.avif", query=f"w=640&{CLOUDFRONT}"),
    Request(f"/private{I}", f"private/{ULID}/w/640-0123abcd.avif", query=f"{CLOUDFRONT}&w=640"),
    Request(
        f"/private{I}",
        f"private/{ULID}/s/h200_w300-0123abcd-{SIGNATURE}.avif",
        query=f"{CLOUDFRONT}&w=300&h=200&s={SIGNATURE}",
    ),
    Request(f"/private{I}", 404, query=CLOUDFRONT),
    Request(f"/private{I}", 403, query=f"w=640&w=320&{CLOUDFRONT}"),
    Request(f"/private{I}/hero.gif", 404),
    Request(f"/private/images/{ULID}/manifest.json", 404),
    Request(f"/private/{ULID}/{HASH}/1080p.webp", 404),
    Request(f"/private/private{I}/hero", 404),
    Request(f"/private//i/{ULID}/hero", 404),
    Request(f"/private/../i/{ULID}/hero", 404),
    Request(f"/private{I}/../{ULID}/hero", 404),
    Request("/private/", 404),
    Request("/private", 404),
    Request(f"/Private{I}/hero", 404),
    Request(f"/%70rivate{I}/hero", 404),
    Request(f"/images/private/{ULID}/{HASH}/1080p.webp", 404),
    Request(f"/i/private/{ULID}/hero", 404),
    Request(f"/i/private/{ULID}/i/hero.webp", 404),
    Request(f"/images/../private/{ULID}/{HASH}/1080p.webp", 404),
    Request(f"/images/%2e%2e/private/{ULID}/{HASH}/1080p.webp", 404),
    Request(f"{I}/private", f"{ULID}/i/private.webp"),  # a variant may have that name
    # Everything else of the bucket, and what is no path of an image
    Request(f"/images/{ULID}/manifest.json", 404),
    Request(f"{I}/manifest.json", 404),
    Request(f"{I}/../{ULID}/manifest.json", 404),
    Request(f"{I}/%2e%2e/{ULID}/manifest.json", 404),
    Request(f"/images/{ULID}/i/hero.webp", 404),
    Request("/i/watermarks/logo.png", 404),
    Request("/i/", 404),
    Request(f"/i/{ULID.lower()}/hero", 404),
    Request(f"//i/{ULID}/hero", 404),
    Request(f"/i//{ULID}/hero", 404),
    Request(f"{I}/hero/", 404),
    Request(f"{I}/hero%00", 404),
    Request(f"/x{I}/hero", 404),
]
