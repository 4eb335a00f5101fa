"""The CDN on CloudFront."""

import time
from collections.abc import Collection
from urllib.parse import quote

from chalicelib.aws import clients
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.errors import TransientError
from chalicelib.model import delivery

_MOST_PATHS = 3_000


class CloudFront:
    """CloudFront implementation of Cdn: one distribution, or none if the id is empty."""

    def __init__(self, distribution: str) -> None:
        self._distribution = distribution

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        """Invalidate all addresses of the image: the invalidation's id.

        Wildcards are cheapest, but CloudFront processes at most 15 of those at a time, and 3,000
        exact paths (CloudFront Developer Guide, "Concurrent invalidation request maximum").
        """
        if not self._distribution:
            return None
        try:
            return self._invalidate(image_id, _wildcards(image_id))
        except TransientError:
            paths = _exact_paths(image_id, files)
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


# The function at the edge turns a request's path into a key. AWS recommends invalidating both, the
# path of the request and that after the change (CloudFront Developer Guide, "What you need to know
# when invalidating paths").


def _wildcards(image_id: str) -> list[str]:
    return [f"/images/{image_id}/*", f"/i/{image_id}*", f"/{image_id}/*"]


def _exact_paths(image_id: str, files: Collection[str]) -> list[str]:
    paths = [f"/i/{image_id}"] if files else []  # with any query: it is no part of the cache's key
    for key in sorted(files):
        stable = delivery.stable_file_of(key)
        if stable:
            paths += [f"/i/{image_id}/{stable.variant}", f"/i/{image_id}/{key.rpartition('/')[2]}"]
        start = "/i/" if delivery.is_published(key) else "/images/"
        paths += [f"{start}{quote(key)}", f"/{quote(key)}"]
    return list(dict.fromkeys(paths))
