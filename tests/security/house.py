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

from chalicelib.access.callers import Scope
from chalicelib.access.tokens import Token, new_token
from chalicelib.wiring import utc_now
from ops.local.names import PROJECT
from tests.builders import put
from tests.conftest import with_fakes
from tests.pictures import jpeg

UPLOAD = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": 1000}
USUAL = frozenset({Scope.UPLOAD, Scope.READ, Scope.DELETE})
PICTURE = jpeg(60, 40)


def application_under(**environment: str) -> ModuleType:
    """A module `app` of its own, imported under other settings, over stores in memory."""
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


class House:
    """A guarded application, asked through Chalice's own gateway."""

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
        """A token of the application's own."""
        text, token = new_token(subject, scopes, "", utc_now(), expires_at)
        self.wiring.token_store.put(token)
        return text

    def kept(self, text: str) -> Token:
        """What is kept of a token."""
        found: Token = self.wiring.token_store.get(text.split("_")[1])
        return found

    def ask(
        self,
        method: str,
        path: str,
        token: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        """The answer to a request with a bearer token, or with just these headers."""
        given = {"Authorization": f"Bearer {token}"} if token is not None else {}
        given |= headers or {}
        raw = b"" if body is None else json.dumps(body).encode()
        if raw:
            given["Content-Type"] = "application/json"
        return self.client.http.request(method, path, headers=given, body=raw)

    def picture(self, token: str) -> dict[str, Any]:
        """A ready image of the token's owner, as they see it."""
        ticket = self.ask("POST", "/uploads", token, UPLOAD | {"size": len(PICTURE)}).json_body
        key = ticket["fields"]["key"]
        put(self.wiring, PICTURE, key)
        answer = self.ask("POST", "/images", token, {"bucket": "test-uploads", "key": key})
        assert answer.status_code == 200, answer.body
        return dict(answer.json_body)


@contextmanager
def house_under(**environment: str) -> Iterator[House]:
    """A house under these settings."""
    application = application_under(**environment)
    with Client(application.app, stage_name="none") as client:
        yield House(application, client)


def past() -> datetime:
    """A moment ago."""
    return utc_now() - timedelta(seconds=1)


def refused(answer: HTTPResponse) -> bool:
    """Whether it is the one answer that everybody without a valid token gets."""
    problem = answer.json_body
    told = (answer.status_code, problem.get("code"), problem.get("detail"))
    return told == (
        401,
        "unauthenticated",
        "Send a valid token in the header Authorization, after the word Bearer.",
    )
