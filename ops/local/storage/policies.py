"""Production's policies with the local stack's names; the local S3 enforces them."""

import json
from collections.abc import Iterable

from ops.iam.names import Location, Names
from ops.iam.policies import policy_of
from ops.local import names

LOCAL = Names(
    place=Location("aws", names.REGION, names.ACCOUNT),
    stage="local",
    uploads_bucket=names.UPLOADS_BUCKET,
    images_bucket=names.IMAGES_BUCKET,
    images_table=names.IMAGES_TABLE,
    work_queue=names.WORK_QUEUE,
    failures_queue=names.FAILURES_QUEUE,
    event_bus=names.EVENT_BUS,
    webhooks_queue=names.WEBHOOKS_QUEUE,
    webhook_secret=names.WEBHOOK_SECRET,
    cdn_key=names.CDN_KEY,
)


def documents(functions: Iterable[str]) -> list[dict[str, str]]:
    """The functions' policies in SeaweedFS's format."""
    return [{"name": name, "content": json.dumps(policy_of(name, LOCAL))} for name in functions]
