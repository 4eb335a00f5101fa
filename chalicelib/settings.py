"""The settings: environment variables, read once into one frozen object."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, get_args, get_origin
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo

from chalicelib.errors import SettingsError

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Limit = Annotated[int, Meta(ge=0)]
Held = Annotated[int, Meta(ge=0, le=5_000)]  # all are in one item, and DynamoDB takes 400 KB

ASYMMETRIC = frozenset(
    {"ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
)
_WEB = ("http", "https")
_SENDABLE = re.compile("[!-~]+")  # what the first line of a request may hold
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Where AUTH_MODE tells owners apart; without tokens nothing is limited unless it is set.
_USUAL_LIMITS = {
    "tickets_per_minute": 120,
    "pending_tickets": 100,
    "bytes_per_day": 10_000_000_000,
}


class Settings(Struct, frozen=True, kw_only=True, rename=str.upper):
    """Each field is an environment variable in lower case; those without a value are required.

    docs/configuration.md says of each what the comment beside it says.
    """

    uploads_bucket: Text  # where originals arrive
    images_bucket: Text  # renditions, manifests, watermarks
    images_table: Text  # DynamoDB's, of records, histories, tokens and counts
    work_queue: Text  # SQS's, of requests to process again
    failures_queue: Text  # SQS's, of what was given up after all tries
    webhooks_queue: Text  # SQS's, of events to be posted
    public_url: Text  # what the addresses of renditions begin with
    allowed_origins: Text  # the origins of pages that may call the API, with commas
    auth_mode: Literal["none", "token", "jwt"]  # who may call; docs/securing.md tells them apart
    api_url: str = ""  # what status_url and the OpenAPI document begin with
    max_upload_bytes: Count = 50_000_000  # the largest original
    max_pixels: Count = 100_000_000  # the most of one picture; docs/limits.md has more
    max_frames: Count = 1_000  # the most of one animation
    max_animation_pixels: Count = 200_000_000  # the most that change, in all frames and sizes
    allow_heic: bool = False  # takes requirements-heic.txt; docs/decisions/0009-heic.md says why
    keep_credits: bool = False  # creator and copyright notice, in every rendition
    distribution_id: str = ""  # the CDN's, which is to forget erased images; empty for none
    event_bus: str = ""  # EventBridge's, which is told what becomes of images; empty for nobody
    webhook_url: str = ""  # https://, which gets a signed request for each event; empty for nobody
    webhook_secret_parameter: str = ""  # SSM's name of the secret that signs them
    webhook_loopback: bool = False  # takes http:// to this machine, too; never on Lambda
    sweep_grace_seconds: Count = 900  # how long what seems lost may still be under way
    sweep_rest_seconds: Count = 86_400  # the rest between two walks through a bucket; each costs
    orphan_seconds: Count = 604_800  # how long replaced renditions stay for pages that show them
    aws_lambda_function_memory_size: Count = 1_769  # megabytes; Lambda sets it itself
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"  # of our own lines
    tracing: bool = False  # sends to X-Ray; docs/observability.md says what else it needs
    upload_expiry_seconds: Annotated[int, Meta(ge=1, le=604_800)] = 300  # of a ticket's life
    jwt_issuer: str = ""  # exactly as the tokens' claim iss has it
    jwt_audience: str = ""  # what their claim aud must name
    jwt_algorithms: Text = "RS256,ES256"  # asymmetric ones only
    jwt_jwks_url: str = ""  # where the keys are, if not where the issuer's discovery says
    jwt_leeway_seconds: Annotated[int, Meta(ge=0, le=300)] = 30  # by how much clocks may differ
    jwt_scope_claim: Text = "scope"  # where the scopes are: a text of words, or a list of them
    jwt_scope_prefix: str = ""  # what is before upload, read, delete, admin, such as darkroom:
    jwt_default_scopes: str = ""  # the scopes that every token of the issuer has; never admin
    tickets_per_minute: Limit | None = None  # of one owner; 0 for any number
    pending_tickets: Held | None = None  # of one owner, whose files are awaited; 0 for any number
    bytes_per_day: Limit | None = None  # of one owner's uploads; 0 for any number

    @property
    def origins(self) -> frozenset[str]:
        """The origins that may call the API from a page."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(","))

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms that a JSON Web Token may be signed with."""
        return _words(self.jwt_algorithms)

    @property
    def default_scopes(self) -> frozenset[str]:
        """The scopes that every JSON Web Token of the issuer has."""
        return _words(self.jwt_default_scopes)

    def limit(self, name: str) -> int:
        """One of the owners' three limits, 0 for none."""
        chosen: int | None = getattr(self, name)
        usual = 0 if self.auth_mode == "none" else _USUAL_LIMITS[name]
        return usual if chosen is None else chosen


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from `environment`; SettingsError names the variable that is missing or wrong."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(Settings)}
    given = {name: environment[name] for name in fields.keys() & environment.keys()}
    for name, field in fields.items():
        if field.required and not given.get(name):
            raise SettingsError(f"The setting {name} is missing.")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as reason:
        why, _, place = str(reason).rpartition(" - at `$.")
        name = place.rstrip("`")
        raise SettingsError(f"The setting {name} is wrong: {_told(fields[name], why)}.") from reason
    _check_addresses(settings)
    if settings.auth_mode == "jwt":
        _check_issuer(settings)
    if settings.webhook_url:
        _check_webhooks(settings, on_lambda="AWS_LAMBDA_FUNCTION_NAME" in environment)
    return settings


def is_safe_address(text: object) -> bool:
    """Whether keys may be fetched from there: over HTTPS, or from this machine."""
    if not isinstance(text, str):
        return False
    parts = _split(text)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _told(field: FieldInfo, why: str) -> str:
    if get_origin(field.type) is not Literal:
        return why
    *others, last = get_args(field.type)
    return f"it may be {', '.join(others)} or {last}"


def _check_addresses(settings: Settings) -> None:
    for name, value in {"PUBLIC_URL": settings.public_url, "API_URL": settings.api_url}.items():
        if value and _split(value).scheme not in _WEB:
            raise SettingsError(f"The setting {name} needs an http:// or https:// address.")
    for origin in settings.origins:
        parts = _split(origin)
        if parts.scheme not in _WEB or origin != f"{parts.scheme}://{parts.netloc.lower()}":
            # Whatever else is in it, no browser's header `Origin` would ever be the same.
            raise SettingsError(
                "The setting ALLOWED_ORIGINS needs origins such as https://www.example.com, "
                "in small letters, without a path."
            )


def _check_issuer(settings: Settings) -> None:
    for name in ("JWT_ISSUER", "JWT_AUDIENCE"):
        if not getattr(settings, name.lower()):
            raise SettingsError(f"The setting {name} is missing, which AUTH_MODE jwt needs.")
    for name in ("JWT_ISSUER", "JWT_JWKS_URL"):
        value = getattr(settings, name.lower())
        if value and not is_safe_address(value):
            raise SettingsError(f"The setting {name} needs an https:// address.")
    if not settings.algorithms or settings.algorithms - ASYMMETRIC:
        raise SettingsError(
            f"The setting JWT_ALGORITHMS is wrong: it may name {', '.join(sorted(ASYMMETRIC))}."
        )
    if settings.default_scopes - {"upload", "read", "delete"}:
        raise SettingsError(
            "The setting JWT_DEFAULT_SCOPES is wrong: it may name upload, read and delete."
        )


def _check_webhooks(settings: Settings, *, on_lambda: bool) -> None:
    parts = _split(settings.webhook_url)
    schemes = _WEB if settings.webhook_loopback else ("https",)
    sendable = _SENDABLE.fullmatch(settings.webhook_url)
    if parts.scheme not in schemes or not sendable or parts.username or parts.fragment:
        raise SettingsError("The setting WEBHOOK_URL needs an https:// address without a user.")
    if not settings.webhook_secret_parameter:
        raise SettingsError("The setting WEBHOOK_SECRET_PARAMETER is missing.")
    if settings.webhook_loopback and on_lambda:
        # There, this machine is Lambda's own interface.
        raise SettingsError("The setting WEBHOOK_LOOPBACK is for local use only.")


def _split(address: str) -> SplitResult:
    """Its parts; none where there is no host, or the port is none."""
    try:
        parts = urlsplit(address)
        return parts if parts.hostname and parts.port != 0 else urlsplit("")
    except ValueError:
        return urlsplit("")


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())
