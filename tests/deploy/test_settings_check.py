"""Settings that are refused before anything is changed."""

import pytest

from tests.deploy.history import DEPLOY
from tests.deploy.inventory import inventory, is_empty
from tests.deploy.test_refusals import sentence
from tests.deploy.world import World


def test_a_webhook_url_without_a_secret_is_refused(world: World) -> None:
    world.set("test", WEBHOOK_URL="https://shop.example/hook")
    error = sentence(world.run(*DEPLOY))
    assert "put-parameter --name /darkroom/test/webhook-secret" in error
    assert is_empty(inventory(world))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBHOOK_URL", "http://shop.example/hook"),
        ("MAX_PIXELS", "many"),
        ("AUTH_MODE", "open"),
        ("ALLOWED_ORIGINS", "https://shop.example/page"),
    ],
)
def test_a_setting_that_functions_would_refuse_is_named(
    world: World, name: str, value: str
) -> None:
    world.set("test", **{name: value})
    error = sentence(world.run(*DEPLOY))
    assert f"The setting {name}" in error
    assert "It is set in [test.environment_variables] of site/stages.toml." in error
    assert is_empty(inventory(world))
