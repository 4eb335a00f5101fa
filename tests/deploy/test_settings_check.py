"""Settings that are refused before anything is changed."""

import pytest

from tests.deploy.history import DEPLOY
from tests.deploy.inventory import inventory, is_empty
from tests.deploy.test_refusals import sentence
from tests.deploy.world import World
from tests.imaging.credentials import certificate_chain

CERTIFICATES = "/darkroom/test/c2pa-certificates"


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


def sign_with(world: World, key: str) -> None:
    world.set("test", SIGN_RENDITIONS="1", C2PA_KEY=key, C2PA_CERTIFICATES=CERTIFICATES)


def put_certificates(world: World, value: str) -> None:
    world.client("ssm").put_parameter(Name=CERTIFICATES, Value=value, Type="String")


def make_key(world: World) -> str:
    made = world.client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def test_signing_without_a_key_is_refused(world: World) -> None:
    error = sentence(world.run(*DEPLOY, "--c2pa"))
    assert "The setting C2PA_KEY is missing; SIGN_RENDITIONS needs it." in error


def test_signing_with_a_file_is_refused(world: World) -> None:
    sign_with(world, "key.pem")
    assert "C2PA_KEY needs a key in KMS" in sentence(world.run(*DEPLOY))


def test_signing_without_certificates_is_refused(world: World) -> None:
    sign_with(world, make_key(world))
    error = sentence(world.run(*DEPLOY))
    assert f"put-parameter --name {CERTIFICATES} --type String" in error


def test_signing_with_a_key_that_does_not_exist_is_refused(world: World) -> None:
    put_certificates(world, certificate_chain(("a", "b"))[1].decode())
    sign_with(world, "alias/nobody")
    assert "C2PA_KEY is alias/nobody, which is no key pair in KMS" in sentence(world.run(*DEPLOY))


def test_signing_with_the_certificate_of_another_key_is_refused(world: World) -> None:
    put_certificates(world, certificate_chain(("a", "b"))[1].decode())
    key = make_key(world)
    sign_with(world, key)
    error = sentence(world.run(*DEPLOY))
    assert f"The first certificate in {CERTIFICATES} is not of the key {key}." in error


def test_signing_with_an_expired_certificate_is_refused(world: World) -> None:
    put_certificates(world, certificate_chain(("a", "b"), (-10, -1))[1].decode())
    sign_with(world, make_key(world))
    error = sentence(world.run(*DEPLOY))
    assert "valid from" in error
    assert f"They are in the parameter {CERTIFICATES}." in error
