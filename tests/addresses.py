"""Addresses below `/images/` that no CDN may answer with a file."""

from tests.builders import ULID

RENDITION = f"{ULID}/60425b612b0452a3/1080p.webp"

# The path as it is sent. Each names, or might name, an object that is not a rendition.
PRIVATE = (
    f"/images/{ULID}/manifest.json",
    f"/images/{ULID}/manifest.json/",
    f"/images/{ULID}/manifest.json;x",
    f"/images/{ULID}//manifest.json",
    f"/images//{ULID}/manifest.json",
    f"/images/./{ULID}/manifest.json",
    f"/images/{ULID}/./manifest.json",
    f"/images/{ULID}/%2e/manifest.json",
    f"/images/{ULID}%2Fmanifest.json",
    f"/images/{ULID}%252Fmanifest.json",
    f"/images/{ULID}\\manifest.json",
    f"/images/{ULID}%5Cmanifest.json",
    f"/images/{ULID}/manifest%2Ejson",
    f"/images/{ULID}/%6Danifest.json",
    f"/images/%30{ULID[1:]}/manifest.json",
    f"/images/{ULID}/60425b612b0452a3/../manifest.json",
    f"/images/{ULID}/60425b612b0452a3/%2e%2e/manifest.json",
    f"/images/{ULID}/60425b612b0452a3/..%2Fmanifest.json",
    f"/images/{ULID}/60425b612b0452a3/..%5Cmanifest.json",
    f"/images/{ULID}/0000000000000000/../manifest.json",
    f"/images/{ULID}{'/' * 18}manifest.json",
    f"/images/{RENDITION}/../../manifest.json",
    f"/images/{ULID.lower()}/manifest.json",
    "/images/watermarks/logo.png",
    "/images/watermarks%2Flogo.png",
    "/images/watermarks//logo.png",
    "/images/watermarks/aaaaaaaaaaaaaaa/60425b612b0452a3/logo.png",
    f"/images/{ULID}/",
    f"/images/{ULID}",
    "/images/",
    f"/images/{RENDITION}/",
    f"/images/{RENDITION};x",
    f"/images/{RENDITION}%00",
    f"/images/{RENDITION}%0A",
    "/images/images/x",
)
