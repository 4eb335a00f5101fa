"""Images as the API shows them, and the files of their variants."""

from functools import cache
from typing import Any

from tests.pictures import encoded, photo

VARIANTS = {
    "1080p": (1920, 1440),
    "720p": (1280, 960),
    "mobile": (640, 480),
    "thumbnail": (200, 200),
}


def image_view(image_id: str, filename: str, site: str = "") -> dict[str, Any]:
    """A 12 MP photo that became ready."""
    renditions = [
        {
            "variant": variant,
            "format": "webp",
            "width": width,
            "height": height,
            "bytes": width * height // 18,
            "key": f"{image_id}/0123456789abcdef/{variant}.webp",
            "url": f"{site}/stable/{image_id}/{variant}.webp",
            "immutable_url": f"{site}/media/{image_id}/0123456789abcdef/{variant}.webp",
        }
        for variant, (width, height) in VARIANTS.items()
    ]
    return {
        "id": image_id,
        "status": "ready",
        "reason": None,
        "detail": None,
        "filename": filename,
        "content_type": "image/jpeg",
        "width": 4000,
        "height": 3000,
        "original_width": 4000,
        "original_height": 3000,
        "bytes": 4_500_000,
        "created_at": "2026-05-01T12:00:00Z",
        "placeholder": {"color": "#806040", "data_uri": None},
        "renditions": renditions,
        "savings": {"bytes": 4_346_400, "percent": 96.6},
        "cost_usd_estimate": 0.00006,
        "storage_usd_month_estimate": 0.0001,
        "milliseconds": 480,
        "edits": [],
        "focal_point": None,
        "suggested_focal_point": None,
        "alt": {},
        "tags": [],
        "visibility": "public",
        "pending_visibility": None,
        "sha256": None,
        "markup": f"<picture><img src='/media/{image_id}/x.webp' alt=''></picture>",
        "history": [
            {"at": "2026-05-01T12:00:00Z", "event": "ticket"},
            {"at": "2026-05-01T12:00:02Z", "event": "ready"},
        ],
    }


@cache
def rendition(variant: str) -> bytes:
    """A WebP file of the variant's dimensions."""
    return encoded(photo(*VARIANTS[variant]), "WEBP", quality=60, method=0)
