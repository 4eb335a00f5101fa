"""Stores for the functions to work on: those of `make run`, in buckets of their own."""

import configparser
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

from ops.local import names
from ops.local.credentials import profiles_file
from ops.local.environment import inherited
from ops.local.options import PORTS
from ops.local.ports import free_ports
from ops.local.processes import dying_with_us

_BUCKETS = ("coldstart-uploads", "coldstart-images")  # whose events nobody else works on
_READY = "Darkroom is ready"


@dataclass(frozen=True)
class Stores:
    """A running stack's stores, and the environment that leads the functions there."""

    environment: dict[str, str]
    uploads: str

    def put(self, key: str, data: bytes) -> None:
        """Store an original."""
        _client("s3", self.environment).put_object(Bucket=self.uploads, Key=key, Body=data)


@contextmanager
def running_stores(data: Path) -> Iterator[Stores]:
    """The stores of `python -m ops run` over `data`, until they are no longer needed."""
    ports = {n: str(p) for n, p in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    with subprocess.Popen(
        dying_with_us([sys.executable, "-m", "ops", "run"]),
        cwd=names.PROJECT,
        env={**inherited(), **ports, "DATA_DIR": str(data), "WORKERS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as stack:
        try:
            _wait_ready(stack.stdout)
            environment = _environment(data, ports)
            for bucket in _BUCKETS:
                _client("s3", environment).create_bucket(Bucket=bucket)
            yield Stores(environment, _BUCKETS[0])
        finally:
            stack.terminate()


def _wait_ready(lines: IO[str] | None) -> None:
    said = []
    for line in lines or ():
        said.append(line)
        if line.strip() == _READY:
            return
    raise RuntimeError(f"The stack did not start: {''.join(said)}")


def _environment(data: Path, ports: dict[str, str]) -> dict[str, str]:
    profiles = configparser.RawConfigParser()
    profiles.read(profiles_file(data))
    site = f"http://{names.HOST}:{ports['SITE_PORT']}"
    return {
        "UPLOADS_BUCKET": _BUCKETS[0],
        "IMAGES_BUCKET": _BUCKETS[1],
        "IMAGES_TABLE": names.IMAGES_TABLE,
        "WORK_QUEUE": names.WORK_QUEUE,
        "FAILURES_QUEUE": names.FAILURES_QUEUE,
        "WEBHOOKS_QUEUE": names.WEBHOOKS_QUEUE,
        "PUBLIC_URL": f"{site}/images",
        "ALLOWED_ORIGINS": site,
        "AUTH_MODE": "none",
        "AWS_ENDPOINT_URL": f"http://{names.HOST}:{ports['AWS_PORT']}",
        "AWS_ENDPOINT_URL_S3": f"http://{names.HOST}:{ports['S3_PORT']}",
        "AWS_ACCESS_KEY_ID": profiles["admin"]["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": profiles["admin"]["aws_secret_access_key"],
    }


def _client(service: str, environment: dict[str, str]) -> Any:
    return boto3.session.Session().client(  # type: ignore[call-overload]
        service,
        region_name=names.REGION,
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
