"""The CDN that CloudFront is."""

import time
from collections.abc import Collection
from urllib.parse import quote

from chalicelib.aws import clients
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.errors import PassingFault


class CloudFront:
    """One distribution, by its id; where there is none, nothing keeps copies."""

    def __init__(self, distribution: str) -> None:
        self._distribution = distribution

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        """Invalidate all that is below `/images/{image_id}/`: the invalidation's id.

        One path for all is cheapest, but CloudFront works on 15 of such at most, and on 3,000
        exact ones (CloudFront Developer Guide, "Quotas on invalidations").
        """
        if not self._distribution:
            return None
        try:
            return self._invalidate(image_id, [f"/images/{image_id}/*"])
        except PassingFault:
            if not files:
                raise
            return self._invalidate(image_id, [f"/images/{quote(key)}" for key in sorted(files)])

    def _invalidate(self, image_id: str, paths: list[str]) -> str:
        with passing_faults_renamed("CloudFront"):
            made = clients.cloudfront().create_invalidation(
                DistributionId=self._distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": paths},
                    "CallerReference": f"{image_id}-{time.time_ns()}",
                },
            )
        return made["Invalidation"]["Id"]
