"""The setup function of a stage, as packaged, over an emulated account."""

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from ops import signing_keys
from ops.deploy.site import page_files
from ops.deploy.stage_template.setup import HANDLER
from ops.local.names import HOST, REGION
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import Server
from ops.packaging.archives import unpack
from tests.policies.stores import distribution_config
from tests.sandbox.function import Function, Sandbox
from tests.stack.running import users_environment
from tests.waiting import GENEROUS, until

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # pragma: allowlist secret
PARAMETER, BUCKET, SITE = "/darkroom/shop/cdn-key", "darkroom-shop-site", "https://photos.example"


@dataclass
class Stage:
    """An account, and CloudFormation, which calls the function and reads its answers."""

    moto: str
    function: Function
    callback: str
    answers: list[Any] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.moto, region_name=REGION, **KEYS)  # type: ignore[call-overload]

    def call(self, verb: str, kind: str, **properties: Any) -> Any:
        """CloudFormation's call; return the function's answer."""
        event = {
            "RequestType": verb,
            "ResourceType": f"Custom::{kind}",
            "ResponseURL": self.callback,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": kind,
            "ResourceProperties": {"Stage": "shop", **properties},
        }
        assert self.function.call(event).outcome == "response", self.function.output()
        return self.answers.pop()

    def keys(self, verb: str = "Update", *slots: str) -> Any:
        return self.call(verb, "SigningKeys", Parameter=PARAMETER, Slots=slots or ("First",))

    def sign(self, first: str, second: str = "") -> Any:
        return self.call("Update", "SigningKey", Parameter=PARAMETER, First=first, Second=second)

    def kept(self) -> signing_keys.SigningKeys:
        found = self.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)
        return signing_keys.parsed(found["Parameter"]["Value"])


@pytest.fixture(scope="module")
def sandbox(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    folder = tmp_path_factory.mktemp("setup")
    found = Sandbox(folder / "task", folder / "opt")
    unpack(package / "setup.zip", found.task)
    unpack(package / "layer-deployment.zip", found.opt)
    return found


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    log = tmp_path_factory.mktemp("moto") / "moto.log"
    server = Server("moto", command, users_environment(), log)
    server.start()
    address = f"http://{HOST}:{port}"
    try:
        until(lambda: _responds(address) or server.exit_code is not None)
        assert server.exit_code is None, server.complaint()
        yield address
    finally:
        server.stop()


def _responds(address: str) -> bool:
    try:
        return requests.get(f"{address}/moto-api/", timeout=GENEROUS).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def stage(sandbox: Sandbox, moto: str) -> Iterator[Stage]:
    """An empty account and a started function."""
    requests.post(f"{moto}/moto-api/reset", timeout=GENEROUS).raise_for_status()
    answers: list[Any] = []

    class CloudFormation(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer((HOST, 0), CloudFormation)
    threading.Thread(target=server.serve_forever).start()
    environment = {"AWS_ENDPOINT_URL": moto, **{name.upper(): key for name, key in KEYS.items()}}
    try:
        with Function(sandbox, HANDLER, environment, seconds=GENEROUS) as function:
            yield Stage(moto, function, f"http://{HOST}:{server.server_port}/answer", answers)
    finally:
        server.shutdown()
        server.server_close()


def test_a_new_stage_gets_a_key_that_does_not_sign_yet(stage: Stage) -> None:
    answer = stage.keys("Create")
    kept = stage.kept()
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {
        "FirstPublicKey": kept.public_key("First").strip(),
        "SecondPublicKey": "",
        "OriginSecret": kept.origin_secret,
    }
    assert kept.id == ""


def test_the_answer_is_secret_and_has_no_private_key(stage: Stage) -> None:
    answer = stage.keys("Create")
    assert answer["NoEcho"] is True
    assert "PRIVATE" not in json.dumps(answer)


def test_the_key_signs_when_cloudfront_has_it(stage: Stage) -> None:
    stage.keys("Create")
    stage.sign("KFIRST")
    assert stage.kept().id == "KFIRST"


def test_the_same_call_again_keeps_the_keys(stage: Stage) -> None:
    first = stage.keys("Create")
    assert stage.keys("Create") == first


def test_with_both_slots_a_new_key_signs_beside_the_older(stage: Stage) -> None:
    stage.keys("Create")
    stage.sign("KFIRST")
    answer = stage.keys("Update", "First", "Second")
    stage.sign("KFIRST", "KSECOND")
    kept = stage.kept()
    assert (kept.id, kept.slot, set(kept.pairs)) == ("KSECOND", "Second", {"First", "Second"})
    assert answer["Data"]["SecondPublicKey"] == kept.public_key("Second").strip()


def test_without_the_older_slot_its_key_is_forgotten(stage: Stage) -> None:
    stage.keys("Create")
    stage.sign("KFIRST")
    stage.keys("Update", "First", "Second")
    stage.sign("KFIRST", "KSECOND")
    answer = stage.keys("Update", "Second")
    stage.sign("", "KSECOND")
    assert answer["Data"]["FirstPublicKey"] == ""
    assert (stage.kept().id, set(stage.kept().pairs)) == ("KSECOND", {"Second"})


def test_the_slot_that_signs_is_not_removed(stage: Stage) -> None:
    stage.keys("Create")
    stage.sign("KFIRST")
    before = stage.kept()
    answer = stage.keys("Update", "Second")
    assert (answer["Status"], "FirstAndSecond" in answer["Reason"]) == ("FAILED", True)
    assert stage.kept() == before


def test_the_keys_go_with_the_stage(stage: Stage) -> None:
    stage.keys("Create")
    for _ in range(2):  # CloudFormation may repeat a call
        assert stage.keys("Delete")["Status"] == "SUCCESS"
    assert stage.client("ssm").describe_parameters()["Parameters"] == []


def test_the_page_is_what_make_deploy_publishes(stage: Stage) -> None:
    published = _publish(stage)
    assert published["Status"] == "SUCCESS"
    s3 = stage.client("s3")
    for file in page_files(SITE):
        found = s3.get_object(Bucket=BUCKET, Key=file.key)
        assert found["Body"].read() == file.content, file.key
        assert found["ContentType"] == file.headers["ContentType"]
        assert found["CacheControl"] == file.headers["CacheControl"]


def test_the_page_goes_with_the_stage(stage: Stage) -> None:
    _publish(stage)
    assert stage.call("Delete", "Page", Bucket=BUCKET)["Status"] == "SUCCESS"
    assert "Contents" not in stage.client("s3").list_objects_v2(Bucket=BUCKET)


def test_a_failure_is_an_answer_with_its_reason(stage: Stage) -> None:
    answer = stage.call("Create", "Page", Bucket=BUCKET, Site=SITE, Version="1", Distribution="E1")
    assert (answer["Status"], "NoSuchBucket" in answer["Reason"]) == ("FAILED", True)


def _publish(stage: Stage) -> Any:
    from chalicelib import __version__

    where = {"LocationConstraint": REGION} if REGION != "us-east-1" else None
    options = {"CreateBucketConfiguration": where} if where else {}
    stage.client("s3").create_bucket(Bucket=BUCKET, **options)
    config = distribution_config("page")
    made = stage.client("cloudfront").create_distribution(DistributionConfig=config)
    distribution = made["Distribution"]["Id"]
    properties = {"Bucket": BUCKET, "Site": SITE, "Distribution": distribution}
    answer = stage.call("Create", "Page", Version=__version__, **properties)
    listed = stage.client("cloudfront").list_invalidations(DistributionId=distribution)
    assert len(listed["InvalidationList"]["Items"]) == 1
    return answer
