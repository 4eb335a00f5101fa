"""The names of the stages that these tests run, and how they are run."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local import names as local
from ops.local.calls import FILE
from ops.local.names import PROJECT
from ops.local.policies import LOCAL
from ops.permissions.names import Names
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
    """A stack whose functions' calls are recorded into a file, and one variant has a watermark.

    `webhooks` is where it posts them.
    """
    project = folder / "project"
    for name in _SHIPPED:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copyfile
        project.mkdir(exist_ok=True)
        copy(PROJECT / name, project / name)
    with (project / "chalicelib/variants.toml").open("a") as table:
        table.write(_MARKED)
    calls = folder / "calls.jsonl"
    # The flow itself lets the sweep run, when everything has happened that it is to find.
    quickly = {"RETRY_SECONDS": "0.1,0.1", "SWEEP_SECONDS": "3600,3600", FILE: str(calls)}
    quickly |= {"WEBHOOK_URL": webhooks}
    quickly |= {"SWEEP_GRACE_SECONDS": "1", "SWEEP_REST_SECONDS": "1"}
    # With one ticket at a time, the second one looks whether the first is used.
    quickly |= {"AUTH_MODE": "token", "PENDING_TICKETS": "1"}
    with running_stack(folder / "data", project, **quickly) as stack:
        yield stack, calls
