"""The CDN that CloudFront is."""

import time

from chalicelib.aws import clients
from chalicelib.aws.faults import passing_faults_renamed


class CloudFront:
    """One distribution, by its id; where there is none, nothing keeps copies."""

    def __init__(self, distribution: str) -> None:
        self._distribution = distribution

    def forget(self, image_id: str) -> str | None:
        """Invalidate all that is below `/images/{image_id}/`: the invalidation's id."""
        if not self._distribution:
            return None
        with passing_faults_renamed("CloudFront"):
            made = clients.cloudfront().create_invalidation(
                DistributionId=self._distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": 1, "Items": [f"/images/{image_id}/*"]},
                    "CallerReference": f"{image_id}-{time.time_ns()}",
                },
            )
        return made["Invalidation"]["Id"]
