"""An AWS account that enforces IAM: moto with a stage's stores and roles."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import pytest
import requests
from botocore.config import Config

from chalicelib.aws import clients
from chalicelib.model.variants import Variant, VariantsTable, Watermark, load_variants
from chalicelib.wiring import Wiring
from ops.iam.policies import FUNCTIONS, policy_of
from ops.local.names import HOST
from ops.local.runtime import call_recorder
from ops.local.stack.environment import inherited
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import Server
from tests.environment import SETTINGS
from tests.policies.stages import ENFORCED, WATERMARK
from tests.policies.stores import OTHER, make_stores
from tests.waiting import GENEROUS, until

ADMINISTRATOR = "administrator"
FOREIGN = "report.pdf"
ORIGINAL = "copied/photo.jpg"
RENDITION = "01KQHV5R00ABCDEFGHJKMNPQRS/0123456789abcdef/1080p.webp"
MANIFEST = "01KQHV5R00ABCDEFGHJKMNPQRS/manifest.json"

_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
_MARKED = Variant(name="marked", width=300, watermark=Watermark(object=WATERMARK))
_LOADER = botocore.loaders.create_loader()  # caches AWS's service models
_ONCE = Config(
    region_name=ENFORCED.place.region,
    s3={"addressing_style": "path"},
    retries={"total_max_attempts": 1},
)


class Account:
    """moto behind `address`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._credentials = {"anyone": _credentials("any", "any")}
        self._clients: dict[tuple[str, str], Any] = {}

    def open(self) -> None:
        """Create stores and roles, then enforce the policies."""
        make_stores(lambda service: self.client(service, "anyone"))
        self._make_administrator()
        for function in FUNCTIONS:
            self._make_role(function)
        enforce = f"{self._address}/moto-api/reset-auth"
        requests.post(enforce, data=b"0", timeout=GENEROUS).raise_for_status()

    def add_objects(self) -> None:
        """Store an object of each kind in its bucket."""
        for bucket, key in (
            (ENFORCED.uploads_bucket, ORIGINAL),
            (ENFORCED.images_bucket, RENDITION),
            (ENFORCED.images_bucket, MANIFEST),
            (ENFORCED.images_bucket, WATERMARK),
            (OTHER, FOREIGN),
        ):
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")

    def client(self, service: str, who: str = ADMINISTRATOR) -> Any:
        """A boto3 client with the credentials of a function's role or the administrator."""
        if (service, who) not in self._clients:
            session = boto3.session.Session(botocore_session=_session())
            self._clients[service, who] = session.client(  # type: ignore[call-overload]
                service, endpoint_url=self._address, config=_ONCE, **self._credentials[who]
            )
        return self._clients[service, who]

    @contextmanager
    def running_as(self, function: str, record: Path) -> Iterator[ModuleType]:
        """The module `app` as in the function's process, under its role."""
        import app

        variables = {name.upper(): text for name, text in self._credentials[function].items()}
        variables["AWS_ENDPOINT_URL"] = self._address
        variables["AWS_DEFAULT_REGION"] = ENFORCED.place.region
        with pytest.MonkeyPatch.context() as patch:
            for name, text in variables.items():
                patch.setenv(name, text)
            patch.setattr(app, "wiring", _wiring())
            patch.setattr(clients, "_session", None)  # restored afterwards
            patch.setattr(call_recorder, "Session", _session)
            call_recorder.record_calls({call_recorder.FILE: str(record)})
            _forget_clients()
            with call_recorder.made_by(function):
                yield app
        _forget_clients()

    def _make_administrator(self) -> None:
        iam = self.client("iam", "anyone")
        iam.create_user(UserName=ADMINISTRATOR)
        iam.put_user_policy(
            UserName=ADMINISTRATOR, PolicyName="everything", PolicyDocument=_document(_EVERYTHING)
        )
        key = iam.create_access_key(UserName=ADMINISTRATOR)["AccessKey"]
        self._credentials[ADMINISTRATOR] = _credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def _make_role(self, function: str) -> None:
        iam, name = self.client("iam", "anyone"), ENFORCED.function(function)
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(_TRUST))["Role"]
        policy = json.dumps(policy_of(function, ENFORCED))
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        response = self.client("sts", "anyone").assume_role(
            RoleArn=role["Arn"], RoleSessionName=function
        )
        keys = response["Credentials"]
        self._credentials[function] = _credentials(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )


@contextmanager
def running_account(folder: Path) -> Iterator[Account]:
    """An account on a server that runs as long as the test."""
    with running_moto(folder) as address:
        account = Account(address)
        account.open()
        yield account


@contextmanager
def running_moto(folder: Path) -> Iterator[str]:
    """The address of a moto server without accounts."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "tests.policies.enforcing", str(port)]
    server = Server("moto", command, inherited(), folder / "moto.log")
    server.start()
    address = f"http://{HOST}:{port}"

    def is_ready() -> bool:
        assert server.exit_code is None, server.complaint()
        with suppress(requests.ConnectionError):
            return requests.get(f"{address}/moto-api/", timeout=GENEROUS).ok
        return False

    try:
        until(is_ready)
        yield address
    finally:
        server.stop()


def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    return session


def _wiring() -> Wiring:
    stores = {
        "UPLOADS_BUCKET": ENFORCED.uploads_bucket,
        "IMAGES_BUCKET": ENFORCED.images_bucket,
        "IMAGES_TABLE": ENFORCED.images_table,
        "WORK_QUEUE": ENFORCED.work_queue,
        "FAILURES_QUEUE": ENFORCED.failures_queue,
        "DISTRIBUTION_ID": ENFORCED.distribution_id,
        "TICKETS_PER_MINUTE": "100",
        "PENDING_TICKETS": "100",
        "BYTES_PER_DAY": "1000000000",
        "EVENT_BUS": ENFORCED.event_bus,
        "WEBHOOKS_QUEUE": ENFORCED.webhooks_queue,
        "WEBHOOK_SECRET_PARAMETER": ENFORCED.webhook_secret,
        "CDN_KEY_PARAMETER": ENFORCED.cdn_key,
        "WEBHOOK_LOOPBACK": "true",
    }
    wiring = Wiring.from_environment(SETTINGS | stores)
    wiring.table = VariantsTable(variants=(*load_variants(), _MARKED))
    return wiring


def _forget_clients() -> None:
    for client in (
        *(clients.s3, clients.dynamodb, clients.sqs, clients.cloudfront),
        *(clients.events, clients.ssm),
    ):
        client.cache_clear()


def _credentials(key: str, secret: str, token: str = "") -> dict[str, str]:
    return {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        **({"aws_session_token": token} if token else {}),
    }


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
