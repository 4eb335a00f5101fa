"""The local database: durability, repair after damage, and access control."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from ops.local.names import IMAGES_TABLE, REGION
from ops.local.stack.damage import TABLE
from ops.local.storage.stores import table_definition
from ops.project import PROJECT
from tests.attack.store_kills import losses
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, starting_stack
from tests.waiting import GENEROUS, until


@pytest.mark.parametrize("part", ["aws", "s3"])
def test_a_store_that_is_killed_again_and_again_loses_nothing(tmp_path: Path, part: str) -> None:
    with running_stack(tmp_path) as stack:
        lost, _ = losses(stack, uploads=20, clients=2, seed=1, part=part)
    assert lost == []


def test_a_damaged_table_is_reported_and_the_suggested_command_restores_the_images(
    tmp_path: Path,
) -> None:
    with running_stack(tmp_path) as stack:
        client = ApiClient(stack.api)
        ids = [client.upload(jpeg(300, 200 + n), f"{n}.jpg") for n in range(3)]
        before = [client.finished(image_id) for image_id in ids]
    table = tmp_path / TABLE
    with table.open("r+b") as file:
        file.truncate(table.stat().st_size // 2)
    with starting_stack(tmp_path) as stack:
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: any("rebuild-table" in line for line in stack.lines))
        assert any(str(table) in line for line in stack.lines)
    shutil.move(table, f"{table}.damaged")
    with running_stack(tmp_path) as stack:
        assert stack.ops("rebuild-table").returncode == 0
        after = [ApiClient(stack.api).image(image_id) for image_id in ids]
    assert [image["processed_files"] for image in after] == [i["processed_files"] for i in before]
    assert {image["status"] for image in after} == {"ready"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


def scan(stack: Stack, profile: str = "admin", **headers: str) -> requests.Response:
    """Scan the table, signed by one of the stack's identities; `headers` are sent unsigned."""
    body = json.dumps({"TableName": IMAGES_TABLE})
    request = AWSRequest(
        method="POST",
        url=f"{stack.aws_address}/",
        headers={
            "X-Amz-Target": "DynamoDB_20120810.Scan",
            "Content-Type": "application/x-amz-json-1.0",
        },
        data=body,
    )
    keys = Credentials(stack.access_key(profile), stack.secret_key(profile))
    SigV4Auth(keys, "dynamodb", "us-east-1").add_auth(request)
    signed = {**dict(request.headers.items()), **headers}
    return requests.post(f"{stack.aws_address}/", body, headers=signed, timeout=GENEROUS)


def test_an_identity_of_the_stack_reads_the_table(stack: Stack) -> None:
    assert scan(stack).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Authorization": ""},
        {"Host": "rebound.example"},
    ],
)
def test_browsers_and_unsigned_requests_get_no_access_to_the_database(
    stack: Stack, headers: dict[str, str]
) -> None:
    refused = scan(stack, **headers)
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_but_post_is_refused(stack: Stack, method: str) -> None:
    response = requests.request(method, f"{stack.aws_address}/", timeout=GENEROUS)
    assert response.status_code == 400


@pytest.mark.parametrize("method", METHODS)
def test_a_browser_is_refused_with_every_method(stack: Stack, method: str) -> None:
    response = requests.request(
        method,
        f"{stack.aws_address}/moto-api/reset",
        headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"},
        timeout=GENEROUS,
    )
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_wrong_secret_key_is_refused_with_a_sentence(stack: Stack) -> None:
    stranger = stack.client("dynamodb")
    stranger._request_signer._credentials.secret_key = stack.secret_key("worker")
    with pytest.raises(ClientError, match="signature does not match"):
        stranger.list_tables()


def test_the_table_has_no_port_of_its_own(stack: Stack) -> None:
    (pid,) = stack.pids("aws")
    listening = {
        connection.laddr.port
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {int(stack.aws_address.rpartition(":")[2])}


WRITER = """
import os, signal, sys
from pathlib import Path
from ops.local.storage import dynamodb_download
from ops.local.storage.dynamodb import DynamoDbLocal
from tests.stack.test_database import signed_request, writes

server = DynamoDbLocal(dynamodb_download.home(), Path(sys.argv[1]))
for action, body in writes(sys.argv[2]):
    assert b" 200 " in server.answer(*signed_request(action, body))[:20]
os.kill(os.getpid(), signal.SIGKILL)
"""


def signed_request(action: str, body: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body as in a signed request."""
    scope = f"any/20260101/{REGION}/dynamodb/aws4_request"
    headers = {
        "x-amz-target": f"DynamoDB_20120810.{action}",
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "content-type": "application/x-amz-json-1.0",
    }
    return headers, json.dumps(body).encode()


def writes(first: str) -> list[tuple[str, dict[str, Any]]]:
    """Ten transactions of two items each; for "a", creating the table first."""
    rows = [{"id": {"S": f"{first}{n}"}, "entry": {"S": "image"}} for n in range(20)]
    puts = [{"Put": {"TableName": IMAGES_TABLE, "Item": row}} for row in rows]
    transactions = [
        ("TransactWriteItems", {"TransactItems": puts[n : n + 2]}) for n in range(0, 20, 2)
    ]
    if first != "a":
        return transactions
    return [("CreateTable", table_definition(IMAGES_TABLE)), *transactions]


def test_an_acknowledged_transaction_survives_a_kill(tmp_path: Path) -> None:
    for first in "abc":
        command = [sys.executable, "-c", WRITER, str(tmp_path), first]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
    rows = sqlite3.connect(tmp_path / TABLE.name).execute(f'SELECT * FROM "{IMAGES_TABLE}"')
    assert len(rows.fetchall()) == 60
