"""The settings."""

import subprocess
import sys
from ast import literal_eval

import pytest

from chalicelib.errors import SettingsError
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from tests.environment import SETTINGS

REQUIRED = sorted(set(SETTINGS) - {"API_URL", "MAX_UPLOAD_BYTES"})


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_setting_is_named(name: str, value: str | None) -> None:
    environment = {k: v for k, v in SETTINGS.items() if k != name}
    if value is not None:
        environment[name] = value
    with pytest.raises(SettingsError, match=name):
        read_settings(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_UPLOAD_BYTES", "many"),
        ("MAX_PIXELS", "0"),
        ("MAX_FRAMES", "-1"),
        ("ALLOW_HEIC", "maybe"),
        ("MAX_ANIMATION_PIXELS", "0"),
        ("UPLOAD_EXPIRY_SECONDS", "604801"),
        ("AUTH_MODE", "maybe"),
        ("TICKETS_PER_MINUTE", "-1"),
        ("PENDING_TICKETS", "many"),
        ("PENDING_TICKETS", "5001"),
        ("BYTES_PER_DAY", "-5"),
        ("LOG_LEVEL", "info"),
        ("LOG_LEVEL", "LOUD"),
        ("TRACING", "perhaps"),
        ("PUBLIC_URL", "images.example"),
        ("API_URL", "ftp://x.example"),
        ("ALLOWED_ORIGINS", "https://a.example,*"),
        ("ALLOWED_ORIGINS", "https://a.example/"),
        ("ALLOWED_ORIGINS", "https://A.example"),
        ("PUBLIC_URL", "https://[images.example"),
        ("API_URL", "https://x.example:port"),
    ],
)
def test_an_invalid_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings(SETTINGS | {name: value})


def test_other_environment_variables_are_ignored() -> None:
    assert read_settings(SETTINGS | {"PATH": "/bin"}) == read_settings(SETTINGS)


@pytest.mark.parametrize(
    ("name", "options"),
    [("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR"), ("AUTH_MODE", "none, token or jwt")],
)
def test_an_error_lists_the_values_of_an_enumerated_setting(name: str, options: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is wrong: it may be {options}."):
        read_settings(SETTINGS | {name: "loud"})


def test_by_default_tracing_is_off_and_the_log_level_is_info() -> None:
    settings = read_settings(SETTINGS)
    assert (settings.log_level, settings.tracing) == ("INFO", False)


@pytest.mark.parametrize(("value", "allowed"), [("1", True), ("true", True), ("0", False)])
def test_heic_is_off_by_default_and_enabled_by_a_setting(value: str, allowed: bool) -> None:
    assert read_settings(SETTINGS).allow_heic is False
    assert read_settings(SETTINGS | {"ALLOW_HEIC": value}).allow_heic is allowed


@pytest.mark.parametrize(("value", "allowed"), [("1", True), ("true", True), ("0", False)])
def test_jpeg_xl_is_off_by_default_and_enabled_by_a_setting(value: str, allowed: bool) -> None:
    assert read_settings(SETTINGS).allow_jxl is False
    assert read_settings(SETTINGS | {"ALLOW_JXL": value}).allow_jxl is allowed


@pytest.mark.parametrize(("value", "allowed"), [("1", True), ("0", False), ("false", False)])
def test_raw_files_are_on_by_default_and_disabled_by_a_setting(value: str, allowed: bool) -> None:
    assert read_settings(SETTINGS).allow_raw is True
    assert read_settings(SETTINGS | {"ALLOW_RAW": value}).allow_raw is allowed


def test_heic_without_its_library_prevents_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    Wiring.from_environment(SETTINGS)
    with pytest.raises(SettingsError, match="ALLOW_HEIC"):
        Wiring.from_environment(SETTINGS | {"ALLOW_HEIC": "1"})


SIGNING = SETTINGS | {
    "SIGN_RENDITIONS": "1",
    "C2PA_KEY": "alias/signer",
    "C2PA_CERTIFICATES": "/darkroom/test/c2pa-certificates",
}


def test_renditions_are_not_signed_by_default() -> None:
    assert read_settings(SETTINGS).sign_renditions is False


@pytest.mark.parametrize(
    ("key", "in_kms"),
    [
        ("alias/signer", True),
        ("arn:aws:kms:eu-central-1:123456789012:key/a", True),
        ("/home/me/key.pem", False),
        ("key.pem", False),
    ],
)
def test_a_key_is_in_kms_or_in_a_file(key: str, in_kms: bool) -> None:
    assert read_settings(SIGNING | {"C2PA_KEY": key}).signs_with_kms is in_kms


@pytest.mark.parametrize("name", ["C2PA_KEY", "C2PA_CERTIFICATES"])
def test_signing_needs_a_key_and_certificates(name: str) -> None:
    with pytest.raises(SettingsError, match=f"The setting {name} is missing; SIGN_RENDITIONS"):
        read_settings(SIGNING | {name: ""})


def test_a_key_in_a_file_is_not_for_lambda() -> None:
    on_lambda = SIGNING | {"AWS_LAMBDA_FUNCTION_NAME": "darkroom", "C2PA_KEY": "key.pem"}
    with pytest.raises(SettingsError, match="C2PA_KEY needs a key in KMS"):
        read_settings(on_lambda)


def test_signing_without_its_library_prevents_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    Wiring.from_environment(SETTINGS)
    with pytest.raises(SettingsError, match="SIGN_RENDITIONS is on, but the package c2pa-python"):
        Wiring.from_environment(SIGNING)


def test_a_start_without_signing_imports_nothing_for_it() -> None:
    program = (
        "import sys; from chalicelib.wiring import Wiring; from tests.environment import SETTINGS;"
        "wiring = Wiring.from_environment(SETTINGS); wiring.prepare();"
        "print([name for name in sys.modules if 'c2pa' in name or 'credentials' in name"
        " or name.startswith('cryptography')])"
    )
    environment = {"PATH": "", "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert [n for n in literal_eval(done.stdout) if not n.startswith("botocore")] == []


def test_origins_are_separated_by_commas() -> None:
    assert read_settings(SETTINGS).origins == {"https://photos.example", "https://shop.example"}


ISSUED = SETTINGS | {
    "AUTH_MODE": "jwt",
    "JWT_ISSUER": "https://id.example/",
    "JWT_AUDIENCE": "photos",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_ISSUER", ""),
        ("JWT_ISSUER", "http://id.example"),
        ("JWT_ISSUER", "id.example"),
        ("JWT_ISSUER", "https://[id.example"),
        ("JWT_AUDIENCE", ""),
        ("JWT_JWKS_URL", "http://id.example/keys"),
        ("JWT_JWKS_URL", "file:///etc/passwd"),
        ("JWT_JWKS_URL", "http://127.0.0.1.evil.example/keys"),
        ("JWT_ALGORITHMS", "none"),
        ("JWT_ALGORITHMS", "RS256,HS256"),
        ("JWT_ALGORITHMS", "rs256"),
        ("JWT_ALGORITHMS", ","),
        ("JWT_LEEWAY_SECONDS", "301"),
        ("JWT_DEFAULT_SCOPES", "admin"),
        ("JWT_DEFAULT_SCOPES", "read,write"),
    ],
)
def test_unsafe_issuer_settings_are_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings(ISSUED | {name: value})


@pytest.mark.parametrize(
    "address", ["https://id.example/keys", "http://127.0.0.1:9/keys", "http://localhost/keys"]
)
def test_keys_come_over_https_or_from_this_machine(address: str) -> None:
    assert read_settings(ISSUED | {"JWT_JWKS_URL": address}).jwt_jwks_url == address


def test_the_default_algorithms_are_asymmetric() -> None:
    assert read_settings(ISSUED).algorithms == {"RS256", "ES256"}
