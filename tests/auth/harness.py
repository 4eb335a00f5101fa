"""The application as it is deployed: with an authorizer, two owners and their pictures."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib.auth.callers import Scope
from chalicelib.auth.tokens import ApiToken, new_token
from chalicelib.wiring import utc_now
from ops.project import PROJECT
from tests.builders import put
from tests.conftest import with_fakes
from tests.pictures import jpeg

UPLOAD = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": 1000}
USUAL = frozenset({Scope.UPLOAD, Scope.READ, Scope.DELETE})
PICTURE = jpeg(60, 40)


def application_with(**environment: str) -> ModuleType:
    """A separate copy of the module `app`, with other settings and stores in memory."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        spec = importlib.util.spec_from_file_location("guarded_app", PROJECT / "app.py")
        assert spec is not None
        assert spec.loader is not None
        application = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(application)
    with_fakes(application.wiring)
    return application


class Harness:
    """A protected application, called through Chalice's own gateway."""

    def __init__(self, application: ModuleType, client: Client) -> None:
        self.application = application
        self.wiring = application.wiring
        self.client = client

    def token(
        self,
        subject: str,
        scopes: frozenset[Scope] = USUAL,
        expires_at: datetime | None = None,
    ) -> str:
        """One of the application's own tokens."""
        text, token = new_token(subject, scopes, "", utc_now(), expires_at)
        self.wiring.token_store.put(token)
        return text

    def kept(self, text: str) -> ApiToken:
        """The stored record of a token."""
        found: ApiToken = self.wiring.token_store.get(text.split("_")[1])
        return found

    def request(
        self,
        method: str,
        path: str,
        token: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        """The response to a request with a bearer token, or with just these headers."""
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        sent |= headers or {}
        raw = b"" if body is None else json.dumps(body).encode()
        if raw:
            sent["Content-Type"] = "application/json"
        return self.client.http.request(method, path, headers=sent, body=raw)

    def picture(self, token: str) -> dict[str, Any]:
        """A ready image of the token's owner, as the API shows it."""
        ticket = self.request("POST", "/uploads", token, UPLOAD | {"size": len(PICTURE)}).json_body
        key = ticket["fields"]["key"]
        put(self.wiring, PICTURE, key)
        response = self.request("POST", "/images", token, {"bucket": "test-uploads", "key": key})
        assert response.status_code == 200, response.body
        return dict(response.json_body)


@contextmanager
def harness_with(**environment: str) -> Iterator[Harness]:
    """An application with these settings."""
    application = application_with(**environment)
    with Client(application.app, stage_name="none") as client:
        yield Harness(application, client)


def past() -> datetime:
    """A moment ago."""
    return utc_now() - timedelta(seconds=1)


def refused(response: HTTPResponse) -> bool:
    """Whether this is the response that everybody without a valid token gets."""
    problem = response.json_body
    received = (response.status_code, problem.get("code"), problem.get("detail"))
    return received == (
        401,
        "unauthenticated",
        "Send a valid token in the Authorization header, as Bearer TOKEN.",
    )
