"""Secrets that no log line of a whole flow may contain."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.aws.signing import S3Signer
from tests.aws.conftest import lead_boto3
from tests.pictures import jpeg
from tests.telemetry.conftest import Functions, Log

JSON = {"Content-Type": "application/json"}
FILENAME = "Grandmother in hospital.jpg"


@pytest.fixture
def signed(application: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the application sign, with fake credentials."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDNOBODY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobodys-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "nobodys-token")
    lead_boto3({"AWS_DEFAULT_REGION": "eu-central-1"}, monkeypatch)
    application.wiring.signer = S3Signer("test-uploads")
    clients.s3.cache_clear()
    yield
    clients.s3.cache_clear()


def secrets_of(form: dict[str, Any], url: str) -> set[str]:
    """All secret values of the form and of the query."""
    query = {part.partition("=")[2] for part in url.partition("?")[2].split("&")}
    return {value for value in {*form.values(), *query} if len(value) > 5} - {"image/jpeg"}


@pytest.mark.usefixtures("signed")
def test_no_signature_token_key_query_or_file_name_is_logged(
    application: ModuleType, functions: Functions, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"filename": FILENAME, "content_type": "image/jpeg", "size": 1000}
    form = functions.http.post("/uploads", body=json.dumps(body).encode(), headers=JSON).json_body
    put = functions.http.get(
        "/generate-upload-url?filename=Grandmother.jpg&content_type=image/jpeg"
    ).json_body
    secrets = secrets_of(form["fields"], put["upload_url"])
    assert len(secrets) > 8
    functions.upload((form["fields"]["key"], jpeg()))
    functions.upload((form["fields"]["key"].replace("hospital", "park"), b"no picture"))
    functions.http.get("/images?limit=1&cursor=c2VjcmV0Y3Vyc29y")

    def unreachable(*_: Any) -> None:
        raise ConnectionError(f"Could not connect to {put['upload_url']}")

    monkeypatch.setattr(application.wiring.images, "get", unreachable)
    functions.http.get(f"/images/{form['image_id']}")
    text = log.text()
    assert "Could not connect to https://" in text
    hidden = {*secrets, "nobodys", "AKIDNOBODY", "c2VjcmV0", "randmother in", "everyone"}
    assert [secret for secret in hidden if secret in text] == []
