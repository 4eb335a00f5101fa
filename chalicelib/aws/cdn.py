"""The CDN on CloudFront."""

import time
from collections.abc import Collection
from urllib.parse import quote

from chalicelib.aws import clients
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.errors import TransientError


class CloudFront:
    """CloudFront implementation of Cdn: one distribution, or none if the id is empty."""

    def __init__(self, distribution: str) -> None:
        self._distribution = distribution

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        """Invalidate everything below `/images/{image_id}/`: the invalidation's id.

        One wildcard path is cheapest, but CloudFront processes at most 15 of those at a time, and
        3,000 exact ones (CloudFront Developer Guide, "Quotas on invalidations").
        """
        if not self._distribution:
            return None
        try:
            return self._invalidate(image_id, [f"/images/{image_id}/*"])
        except TransientError:
            if not files:
                raise
            return self._invalidate(image_id, [f"/images/{quote(key)}" for key in sorted(files)])

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
