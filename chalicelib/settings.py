"""The settings: environment variables, read once into one frozen object."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from chalicelib.errors import SettingsError

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]


class Settings(Struct, frozen=True, kw_only=True, rename=str.upper):
    """Each field is an environment variable in lower case; those without a value are required."""

    uploads_bucket: Text
    images_bucket: Text
    images_table: Text
    work_queue: Text
    failures_queue: Text
    webhooks_queue: Text
    public_url: Text
    allowed_origins: Text
    auth_mode: Literal["none"]
    api_url: str = ""
    max_upload_bytes: Count = 50_000_000
    max_pixels: Count = 100_000_000
    max_frames: Count = 1_000
    max_animation_pixels: Count = 200_000_000  # that change, in all frames and sizes together
    allow_heic: bool = False  # needs requirements-heic.txt; docs/decisions/0009-heic.md says why
    keep_credits: bool = False  # creator and copyright notice, in every rendition
    distribution_id: str = ""  # CloudFront's, which forgets erased images; empty for none
    event_bus: str = ""  # EventBridge's, which is told what becomes of images; empty for nobody
    webhook_url: str = ""  # https://, which gets a signed request for each event; empty for nobody
    webhook_secret_parameter: str = ""  # SSM's name of the secret that signs them
    webhook_loopback: bool = False  # an http:// address of this machine, too; never on Lambda
    sweep_grace_seconds: Count = 900  # in which what seems lost may still be under way
    sweep_rest_seconds: Count = 86_400  # from one walk through a bucket to the next; each costs
    orphan_seconds: Count = 604_800  # in which pages may still show replaced renditions
    aws_lambda_function_memory_size: Count = 1_769  # megabytes; Lambda sets it itself
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"  # of our own lines
    tracing: bool = False  # X-Ray; docs/observability.md says what else it needs
    upload_expiry_seconds: Annotated[int, Meta(ge=1, le=604_800)] = 300  # SigV4 allows a week

    @property
    def origins(self) -> frozenset[str]:
        """The origins that may call the API from a page."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(","))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from `environment`; SettingsError names the variable that is missing or wrong."""
    names = {field.encode_name for field in msgspec.structs.fields(Settings)}
    given = {name: environment[name] for name in names & environment.keys()}
    missing = sorted(name for name in _required() if not given.get(name))
    if missing:
        raise SettingsError(f"The setting {missing[0]} is missing.")
    for name in sorted(given):
        _check(name, given)
    settings = msgspec.convert(given, Settings, strict=False)
    _check_addresses(settings)
    if settings.webhook_url:
        _check_webhooks(settings, on_lambda="AWS_LAMBDA_FUNCTION_NAME" in environment)
    return settings


def _required() -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(Settings) if field.required]


def _check(name: str, given: Mapping[str, str]) -> None:
    kind = next(f.type for f in msgspec.structs.fields(Settings) if f.encode_name == name)
    try:
        msgspec.convert(given[name], kind, strict=False)
    except msgspec.ValidationError as reason:
        why = reason if get_origin(kind) is not Literal else f"it may be {_listed(get_args(kind))}"
        raise SettingsError(f"The setting {name} is wrong: {why}.") from reason


def _listed(options: tuple[str, ...]) -> str:
    *others, last = options
    return f"{', '.join(others)} or {last}" if others else last


def _check_addresses(settings: Settings) -> None:
    addresses = {"PUBLIC_URL": [settings.public_url], "ALLOWED_ORIGINS": sorted(settings.origins)}
    if settings.api_url:
        addresses["API_URL"] = [settings.api_url]
    for name, values in addresses.items():
        for value in values:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise SettingsError(f"The setting {name} needs http:// or https:// addresses.")


def _check_webhooks(settings: Settings, *, on_lambda: bool) -> None:
    parts = urlsplit(settings.webhook_url)
    schemes = ("https", "http") if settings.webhook_loopback else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.fragment:
        raise SettingsError("The setting WEBHOOK_URL needs an https:// address without a user.")
    if not settings.webhook_secret_parameter:
        raise SettingsError("The setting WEBHOOK_SECRET_PARAMETER is missing.")
    if settings.webhook_loopback and on_lambda:
        # There, this machine is Lambda's own interface.
        raise SettingsError("The setting WEBHOOK_LOOPBACK is for local use only.")
