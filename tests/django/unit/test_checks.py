"""System checks."""

from collections.abc import Callable
from typing import Any

import pytest
from django_darkroom.checks import check_settings, check_urls

from unit.test_views import AUDIENCE, ISSUER, KEYS

pytestmark = pytest.mark.usefixtures("configure")
COMPLETE = {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "KEY": KEYS["ES256"]}


def found() -> list[str]:
    return [message.id for message in check_settings()]


def test_complete_settings_are_not_complained_about() -> None:
    assert found() == []
    assert check_urls() == []


@pytest.mark.parametrize("given", [None, [], {}, {"TOKEN": "dr_site"}])
def test_a_missing_api_is_reported(settings: Any, given: object) -> None:
    settings.DARKROOM = given
    assert found() == ["darkroom.E001"]


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ({}, ["darkroom.W001"]),
        ({"TOKEN": "dr", "TOKN": 1}, ["darkroom.E002"]),
        ({"TOKEN": "dr", "API": "photos.example"}, ["darkroom.E003"]),
        ({"TOKEN": "dr", **COMPLETE}, ["darkroom.E005"]),
        ({"ISSUER": ISSUER}, ["darkroom.E006", "darkroom.E006"]),
        ({**COMPLETE, "ISSUER": "http://shop.example"}, ["darkroom.E007"]),
        ({**COMPLETE, "KEY": "no key"}, ["darkroom.E008"]),
        ({"TOKEN": "dr", "TIMEOUT": "5"}, ["darkroom.E009"]),
        ({"TOKEN": "dr", "SUBJECT": "no.such"}, ["darkroom.E010"]),
        ({**COMPLETE, "ISSUER": "http://127.0.0.1:8000/darkroom"}, []),
    ],
)
def test_what_is_wrong_is_reported(
    configure: Callable[..., None], keys: dict[str, Any], ids: list[str]
) -> None:
    configure(**keys)
    assert found() == ids


def test_missing_urls_are_reported(settings: Any) -> None:
    settings.ROOT_URLCONF = "django_darkroom.urls"
    assert [message.id for message in check_urls()] == ["darkroom.E004"]
