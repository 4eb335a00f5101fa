"""docs/events.md: its schema is generated, its event is valid, and its snippets run."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from chalicelib.events.schemas import NAMES, SCHEMAS, outbox_event_of
from chalicelib.model.image import CHANGED, Event, Status
from chalicelib.model.variants import load_table
from chalicelib.web.openapi import document
from chalicelib.webhooks.signing import read_secrets, sign
from ops.docs.schemas import FILE, text
from ops.local.stack.ports import free_ports
from ops.project import PROJECT
from tests.builders import NOON, ULID, image
from tests.waiting import GENEROUS, until

PAGE = (PROJECT / "docs/events.md").read_text(encoding="utf-8")
SECRET = (
    "whsec_" + base64.b64encode(b"the receiver's own, thirty-two b").decode()
)  # pragma: allowlist secret
Headers = dict[str, str]


def snippet(language: str) -> str:
    """The page's only block in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def body(revision: int = 3) -> bytes:
    message = {"type": "image.ready", "data": {"id": ULID, "revision": revision}}
    return json.dumps(message).encode()


def signed(data: bytes, age: float = 0, secret: str = SECRET) -> Headers:
    stamp = int(time.time() - age)
    return sign(read_secrets(secret), f"{ULID}-3", stamp, data)


def test_the_schema_file_is_generated_from_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == text()


def test_the_pages_event_is_valid_and_has_all_fields() -> None:
    shown, schema = json.loads(snippet("json")), json.loads(text())
    jsonschema.validate(shown, schema)
    assert shown.keys() == schema["$defs"]["ImageReady"]["properties"].keys()


@pytest.mark.parametrize("line", SCHEMAS, ids=str)
def test_published_events_are_valid_by_the_schema(line: str) -> None:
    status = Status.READY if line == CHANGED else Status(line)
    event = Event(at=NOON, event=line)
    outbox_event = outbox_event_of(image(status=status), event, "https://x", load_table())
    assert outbox_event
    jsonschema.validate(json.loads(outbox_event.detail), json.loads(text()))


@pytest.mark.parametrize("name", NAMES.values())
def test_the_page_and_the_openapi_document_name_each_event(name: str) -> None:
    spec = document.build(document.Terms())
    assert f"| `{name}` |" in PAGE
    sent = spec["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    schema = sent["schema"]["properties"]["data"]["$ref"].rpartition("/")[2]
    assert schema in spec["components"]["schemas"]


def test_the_pages_template_is_valid() -> None:
    found = lint(snippet("yaml"), regions=["us-east-1"], config=ManualArgs(include_checks=["I"]))
    assert [f"{match.rule.id} {match.message}" for match in found] == []


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, Any]]:
    """The page's receiver: its URL, and its output line by line."""
    program = folder / "receiver.py"
    program.write_text(snippet("python"), encoding="utf-8")
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, str(program), str(port)],
        env={**os.environ, "WEBHOOK_SECRET": SECRET},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        until(lambda: _answers(address))
        yield address, process.stdout
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def _answers(address: str) -> bool:
    try:
        return requests.post(address, data=b"", timeout=GENEROUS).status_code == 400
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    with running(tmp_path_factory.mktemp("receiver")) as found:
        yield found


def send(receiver: tuple[str, Any], data: bytes, headers: Headers) -> int:
    return requests.post(receiver[0], data=data, headers=headers, timeout=GENEROUS).status_code


def test_the_pages_receiver_accepts_an_event_and_ignores_its_replay(
    receiver: tuple[str, Any],
) -> None:
    recorded = body(), signed(body())
    assert [send(receiver, *recorded) for _ in range(2)] == [204, 204]
    assert send(receiver, body(4), signed(body(4))) == 204
    lines = [receiver[1].readline() for _ in range(2)]
    assert lines == [f"image.ready {ULID}\n"] * 2  # of revisions 3 and 4, and none in between


def refused() -> dict[str, tuple[bytes, Headers]]:
    """Requests that no receiver may accept: body and headers."""
    other = base64.b64encode(
        b"somebody else's, of thirty-two b"
    ).decode()  # pragma: allowlist secret
    whole = signed(body())
    signature = whole["webhook-signature"]
    return {
        "replayed after the window": (body(), signed(body(), age=301)),
        "of the future": (body(), signed(body(), age=-9000)),
        "under a newer time": (body(), signed(body(), age=900) | _only(whole, "timestamp")),
        "under another id": (body(), whole | {"webhook-id": f"{ULID}-4"}),
        "with another body": (body(9), whole),
        "of another secret": (body(), signed(body(), secret=f"whsec_{other}")),
        "without a signature": (body(), whole | {"webhook-signature": ""}),
        "of another version": (body(), whole | {"webhook-signature": "v2" + signature[2:]}),
        "cut": (body(), whole | {"webhook-signature": signature[:-4]}),
        "with no time": (body(), whole | {"webhook-timestamp": "soon"}),
    }


def _only(headers: Headers, name: str) -> Headers:
    return {f"webhook-{name}": headers[f"webhook-{name}"]}


@pytest.mark.parametrize("case", refused())
def test_the_pages_receiver_refuses_an_invalid_event(receiver: tuple[str, Any], case: str) -> None:
    assert send(receiver, *refused()[case]) == 400


def in_node(folder: Path, requests_: list[tuple[bytes, Headers]]) -> list[str]:
    """The result of the page's JavaScript for each request."""
    node = shutil.which("node")
    assert node
    (folder / "verified.mjs").write_text(snippet("js"), encoding="utf-8")
    (folder / "main.mjs").write_text(
        'import { verified } from "./verified.mjs";\n'
        'import { readFileSync } from "node:fs";\n'
        "for (const [body, headers] of JSON.parse(readFileSync(0))) {\n"
        f'  try {{ console.log(verified(headers, Buffer.from(body), "{SECRET}").type); }}\n'
        '  catch (error) { console.log("refused"); }\n'
        "}\n"
    )
    given = json.dumps([(data.decode(), headers) for data, headers in requests_])
    done = subprocess.run(
        [node, str(folder / "main.mjs")], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_pages_javascript_accepts_and_refuses_the_same(tmp_path: Path) -> None:
    attempts = [*refused().values(), (body(), signed(body()))]
    assert in_node(tmp_path, attempts) == ["refused"] * len(refused()) + ["image.ready"]
