"""The stages that these tests run."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.iam.names import Names
from ops.local import names as local
from ops.local.runtime.call_recorder import FILE
from ops.local.storage.policies import LOCAL
from ops.project import PROJECT
from tests.stack.running import Stack, running_stack

WATERMARK = "watermarks/logo.png"
ENFORCED = Names(
    place=LOCAL.place,
    stage="test",
    uploads_bucket=f"darkroom-test-uploads-{local.ACCOUNT}-{local.REGION}",
    images_bucket=f"darkroom-test-images-{local.ACCOUNT}-{local.REGION}",
    images_table="darkroom-test-images",
    work_queue="darkroom-test-work",
    failures_queue="darkroom-test-failures",
    event_bus="darkroom-test",
    webhooks_queue="darkroom-test-webhooks",
    webhook_secret="/darkroom/test/webhook-secret",
    cdn_key="/darkroom/test/cdn-key",
    distribution_id="EDISTRIBUTION1",
)

_SHIPPED = ("app.py", "chalicelib", "ops", ".chalice", "frontend", "vendor")
_MARKED = f"""
[marked]
width = 300
height = 300
watermark = {{ object = "{WATERMARK}" }}
"""


@contextmanager
def recorded_stack(folder: Path, webhooks: str) -> Iterator[tuple[Stack, Path]]:
    """A stack that records its functions' calls into a file, with a watermark on one variant.

    `webhooks` is the URL for webhooks.
    """
    project = folder / "project"
    for name in _SHIPPED:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copyfile
        project.mkdir(exist_ok=True)
        copy(PROJECT / name, project / name)
    with (project / "chalicelib/variants.toml").open("a") as table:
        table.write(_MARKED)
    calls = folder / "calls.jsonl"
    # The flow runs the sweep itself, once everything that it should find has happened.
    quickly = {"RETRY_SECONDS": "0.1,0.1", "SWEEP_SECONDS": "3600,3600", FILE: str(calls)}
    quickly |= {"WEBHOOK_URL": webhooks}
    quickly |= {"SWEEP_GRACE_SECONDS": "1", "SWEEP_REST_SECONDS": "1"}
    quickly |= {"MULTIPART_EXPIRY_SECONDS": "30"}
    # With one ticket at a time, the second checks whether the first is used.
    quickly |= {"AUTH_MODE": "token", "PENDING_TICKETS": "1"}
    with running_stack(folder / "data", project, **quickly) as stack:
        yield stack, calls
