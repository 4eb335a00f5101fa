"""Runs the packaged functions as Lambda does, over the stores of `make run`."""

import configparser
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ops.local import names
from ops.local.stack.credentials import profiles_file
from ops.local.stack.environment import application_environment
from ops.local.stack.options import Options, read_options
from ops.local.storage.stores import make_buckets, make_queues, make_table
from ops.project import PROJECT
from tests.environment import SETTINGS
from tests.policies.account import running_moto
from tests.sandbox.function import Function, Sandbox, unzipped
from tests.stack.running import client, running_aws, running_seaweedfs, users_environment
from tests.waiting import GENEROUS

Start = Callable[..., AbstractContextManager[Function]]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of `make package`."""
    out = tmp_path_factory.mktemp("package")
    done = subprocess.run(
        [sys.executable, "-m", "ops", "package", "--out", str(out)],
        cwd=PROJECT,
        env=users_environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def sandbox(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """The artifact as on Lambda's disk."""
    return unzipped(package, tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Options]:
    """SeaweedFS and the local DynamoDB and SQS, with the application's stores."""
    data = tmp_path_factory.mktemp("stores")
    with running_seaweedfs(data) as s3, running_aws(data) as aws:
        ports = {"S3_PORT": s3, "AWS_PORT": aws}
        given = {name: str(urlsplit(address).port) for name, address in ports.items()}
        options = read_options({**given, "DATA_DIR": str(data)})
        make_buckets(client("s3", s3, profiles_file(data), "admin"), options)
        make_table(client("dynamodb", aws, profiles_file(data), "admin"), names.IMAGES_TABLE)
        make_queues(client("sqs", aws, profiles_file(data), "admin"))
        yield options


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[str]:
    """The address of a fake CloudFront."""
    with running_moto(tmp_path) as address:
        yield address


@pytest.fixture
def start(sandbox: Sandbox, stores: Options) -> Start:
    """Starts a function by its handler's name, with the permissions it has in `make run`."""

    def started(handler: str, *options: str, **environment: str) -> Function:
        profile = "api" if handler in ("app.app", "app.authorize") else "worker"
        given = settings(stores, profile) | environment
        return Function(sandbox, handler, given, seconds=GENEROUS, options=options)

    return started


def settings(options: Options, profile: str) -> dict[str, str]:
    """The application's settings and an identity's keys, as Lambda's environment variables."""
    given = application_environment(options, profile)
    parser = configparser.RawConfigParser()
    parser.read(profiles_file(options.data))
    return {
        **{name: given[name] for name in SETTINGS if name in given},
        "AWS_ENDPOINT_URL": options.aws_url,
        "AWS_ENDPOINT_URL_S3": options.s3_url,
        "AWS_ACCESS_KEY_ID": parser[profile]["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": parser[profile]["aws_secret_access_key"],
    }
