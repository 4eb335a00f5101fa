"""The CDN on CloudFront."""

import time
from collections.abc import Collection
from urllib.parse import quote

from chalicelib.aws import clients
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.errors import TransientError

_MOST_PATHS = 3_000


class CloudFront:
    """CloudFront implementation of Cdn: one distribution, or none if the id is empty."""

    def __init__(self, distribution: str) -> None:
        self._distribution = distribution

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        """Invalidate everything below `/images/{image_id}/`: the invalidation's id.

        Wildcards are cheapest, but CloudFront processes at most 15 of those at a time, and 3,000
        exact paths (CloudFront Developer Guide, "Concurrent invalidation request maximum").
        """
        if not self._distribution:
            return None
        try:
            return self._invalidate(image_id, _paths(f"{image_id}/*"))
        except TransientError:
            paths = _paths(*(quote(key) for key in sorted(files)))
            if not 0 < len(paths) <= _MOST_PATHS:
                raise
            return self._invalidate(image_id, paths)

    def _invalidate(self, image_id: str, paths: list[str]) -> str:
        with translate_transient_errors("CloudFront"):
            response = clients.cloudfront().create_invalidation(
                DistributionId=self._distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": paths},
                    "CallerReference": f"{image_id}-{time.time_ns()}",
                },
            )
        return response["Invalidation"]["Id"]


def _paths(*patterns: str) -> list[str]:
    # The function at the edge removes /images from a request's path. AWS recommends invalidating
    # both, the path of the request and that after the change (CloudFront Developer Guide, "What
    # you need to know when invalidating paths").
    return [f"{start}{pattern}" for pattern in patterns for start in ("/images/", "/")]
