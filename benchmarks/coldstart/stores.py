"""Stores for the functions: those of `make run`, with separate buckets."""

import configparser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stack import Stack, running_stack
from ops.local import names
from ops.local.stack.credentials import profiles_file
from ops.local.stack.options import Options

_BUCKETS = ("coldstart-uploads", "coldstart-images")  # the stack's workers ignore their events


@dataclass(frozen=True)
class Stores:
    """A running stack's stores, and the environment that makes the functions use them."""

    stack: Stack
    environment: dict[str, str]
    uploads: str

    def put(self, key: str, data: bytes) -> None:
        """Store an original."""
        self.stack.client("s3").put_object(Bucket=self.uploads, Key=key, Body=data)


@contextmanager
def running_stores(data: Path) -> Iterator[Stores]:
    """The stores of `python -m ops run` with the data folder `data`; stopped on exit."""
    with running_stack(data, workers=1) as stack:
        for bucket in _BUCKETS:
            stack.client("s3").create_bucket(Bucket=bucket)
        yield Stores(stack, _environment(stack.options), _BUCKETS[0])


def _environment(options: Options) -> dict[str, str]:
    profiles = configparser.RawConfigParser()
    profiles.read(profiles_file(options.data))
    return {
        "UPLOADS_BUCKET": _BUCKETS[0],
        "IMAGES_BUCKET": _BUCKETS[1],
        "IMAGES_TABLE": names.IMAGES_TABLE,
        "WORK_QUEUE": names.WORK_QUEUE,
        "FAILURES_QUEUE": names.FAILURES_QUEUE,
        "WEBHOOKS_QUEUE": names.WEBHOOKS_QUEUE,
        "EVENT_BUS": names.EVENT_BUS,
        "PUBLIC_URL": f"{options.site_url}/images",
        "ALLOWED_ORIGINS": options.site_url,
        "AUTH_MODE": "none",
        "AWS_ENDPOINT_URL": options.aws_url,
        "AWS_ENDPOINT_URL_S3": options.s3_url,
        "AWS_ACCESS_KEY_ID": profiles["admin"]["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": profiles["admin"]["aws_secret_access_key"],
    }
