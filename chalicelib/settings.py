"""Settings: environment variables, read once into one frozen object."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo

from chalicelib.errors import SettingsError

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Limit = Annotated[int, Meta(ge=0)]
Held = Annotated[int, Meta(ge=0, le=5_000)]  # stored in one item; DynamoDB's limit is 400 KB

Daily = Annotated[int, Meta(ge=1, le=86_400)]  # S3 aborts uploads in parts after a day

SmartCrop = Literal["off", "saliency", "faces"]

Lifetime = Annotated[int, Meta(ge=60, le=604_800)]  # seconds

ASYMMETRIC = frozenset(
    {"ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
)
_WEB = ("http", "https")
_SENDABLE = re.compile("[!-~]+")  # what an HTTP request line may contain
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Defaults where AUTH_MODE distinguishes owners; without tokens, only limits that are set apply.
_DEFAULT_LIMITS = {
    "tickets_per_minute": 120,
    "pending_tickets": 100,
    "bytes_per_day": 10_000_000_000,
    "processings_per_minute": 20,
    "processings_per_day": 2_000,
}


class Settings(Struct, frozen=True, kw_only=True, rename=str.upper):
    """Each field is an environment variable in lower case; those without a default are required.

    The comment beside each is its description in docs/configuration.md.
    """

    uploads_bucket: Text  # where originals are uploaded
    images_bucket: Text  # renditions, manifests, watermarks
    images_table: Text  # DynamoDB table for records, histories, tokens and counters
    work_queue: Text  # SQS queue for requests to process an image again
    failures_queue: Text  # SQS queue for work that failed after all retries
    webhooks_queue: Text  # SQS queue for events to send as webhooks
    public_url: Text  # base URL of renditions
    allowed_origins: Text  # origins of pages that may call the API, separated by commas
    auth_mode: Literal["none", "token", "jwt"]  # how callers authenticate; see docs/securing.md
    api_url: str = ""  # base URL of the API, for status_url and the OpenAPI document
    max_upload_bytes: Count = 50_000_000  # the largest original, in bytes
    max_pixels: Count = 250_000_000  # the most pixels in one image; see docs/limits.md
    max_frames: Count = 1_000  # the most frames in one animation
    max_animation_pixels: Count = 200_000_000  # the most changed pixels, in all frames and sizes
    allow_heic: bool = False  # read HEIC, by another package; see docs/decisions/0009-heic.md
    allow_jxl: bool = False  # read JPEG XL, by another package; see docs/decisions/0009-heic.md
    allow_raw: bool = True  # read cameras' raw files by their previews; see docs/limits.md
    smart_crop: SmartCrop = "saliency"  # how focal points are suggested; see docs/smart-crop.md
    keep_credits: bool = False  # keep creator and copyright notice in every rendition
    keep_ai_labels: bool = True  # mark renditions of pictures that are declared as AI-generated
    sign_renditions: bool = False  # sign with C2PA, by another package; docs/content-credentials.md
    c2pa_key: str = ""  # KMS key that signs, as an ARN or alias/name; off Lambda also a PEM file
    c2pa_certificates: str = ""  # its certificate chain: an SSM parameter, or a second PEM file
    distribution_id: str = ""  # CloudFront distribution to invalidate on deletion; empty for none
    event_bus: str = ""  # EventBridge bus for image events; empty for none
    webhook_url: str = ""  # https:// URL that receives signed requests for events; empty for none
    webhook_secret_parameter: str = ""  # SSM parameter that holds the webhook signing secret
    webhook_loopback: bool = False  # also allow http:// to this machine; never on Lambda
    sweep_grace_seconds: Count = 900  # age at which unfinished work counts as lost
    sweep_rest_seconds: Count = 86_400  # pause between scans of buckets and failed images
    orphan_seconds: Count = 604_800  # how long replaced renditions stay for pages that show them
    aws_lambda_function_memory_size: Count = 1_769  # memory in MB; set by Lambda itself
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"  # lowest level that is logged
    tracing: bool = False  # send traces to X-Ray; see docs/observability.md
    default_visibility: Literal["public", "private"] = "public"  # of images whose tickets name none
    cdn_key_parameter: str = ""  # SSM parameter with the key of private URLs; empty for none
    private_url_seconds: Lifetime = 3_600  # how long the signed URLs of private images work
    variants_table: str = ""  # path of the variants table; empty for the package's (set by run)
    max_sizes: Held = 100  # the most sizes on demand of one image
    upload_expiry_seconds: Annotated[int, Meta(ge=1, le=604_800)] = 300  # lifetime of a ticket
    multipart_expiry_seconds: Daily = 86_400  # lifetime of an upload in parts, which can be resumed
    jwt_issuer: str = ""  # exactly as in the tokens' iss claim
    jwt_audience: str = ""  # what the tokens' aud claim must contain
    jwt_algorithms: Text = "RS256,ES256"  # accepted signing algorithms; asymmetric only
    jwt_jwks_url: str = ""  # key set URL, if not the one in the issuer's discovery document
    jwt_leeway_seconds: Annotated[int, Meta(ge=0, le=300)] = 30  # how much clocks may differ
    jwt_scope_claim: Text = "scope"  # claim with the scopes: a string of words or a list
    jwt_scope_prefix: str = ""  # prefix of upload, read, delete and admin, such as darkroom:
    jwt_default_scopes: str = ""  # scopes that every token of the issuer has; never admin
    tickets_per_minute: Limit | None = None  # most tickets per owner in a minute; 0 for no limit
    pending_tickets: Held | None = None  # most unused tickets per owner; 0 for no limit
    bytes_per_day: Limit | None = None  # most upload bytes per owner in a day; 0 for no limit
    processings_per_minute: Limit | None = None  # most requests to process per owner in a minute
    processings_per_day: Limit | None = None  # most requests to process per owner in a day

    @property
    def origins(self) -> frozenset[str]:
        """The origins that may call the API from a page."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(","))

    @property
    def signs_with_kms(self) -> bool:
        """Whether C2PA_KEY names a key in KMS."""
        return self.c2pa_key.startswith(("arn:", "alias/"))

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms that a JSON Web Token may be signed with."""
        return _words(self.jwt_algorithms)

    @property
    def default_scopes(self) -> frozenset[str]:
        """The scopes that every JSON Web Token of the issuer has."""
        return _words(self.jwt_default_scopes)

    def limit(self, name: str) -> int:
        """One of the per-owner limits; 0 means none."""
        chosen: int | None = getattr(self, name)
        usual = 0 if self.auth_mode == "none" else _DEFAULT_LIMITS[name]
        return usual if chosen is None else chosen


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from `environment`; SettingsError names the variable that is missing or invalid."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(Settings)}
    given = {name: environment[name] for name in fields.keys() & environment.keys()}
    for name, field in fields.items():
        if field.required and not given.get(name):
            raise SettingsError(f"The setting {name} is missing.")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as reason:
        message, _, place = str(reason).rpartition(" - at `$.")
        name = place.rstrip("`")
        why = _why(fields[name], message)
        raise SettingsError(f"The setting {name} is wrong: {why}.") from reason
    _check_credentials(environment)
    _check_addresses(settings)
    if settings.auth_mode == "jwt":
        _check_issuer(settings)
    if settings.sign_renditions:
        _check_signing(settings, on_lambda="AWS_LAMBDA_FUNCTION_NAME" in environment)
    if settings.webhook_url:
        _check_webhooks(settings, on_lambda="AWS_LAMBDA_FUNCTION_NAME" in environment)
    return settings


def is_safe_address(text: object) -> bool:
    """Whether keys may be fetched from this address: over HTTPS, or from this machine."""
    if not isinstance(text, str):
        return False
    parts = _split(text)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _why(field: FieldInfo, message: str) -> str:
    if get_origin(field.type) is not Literal:
        return message
    *others, last = get_args(field.type)
    return f"it may be {', '.join(others)} or {last}"


def _check_credentials(environment: Mapping[str, str]) -> None:
    # boto3 would not complain before the first request.
    file = environment.get("AWS_SHARED_CREDENTIALS_FILE")
    if file and not Path(file).expanduser().exists():
        raise SettingsError(
            f"AWS_SHARED_CREDENTIALS_FILE is {file}, which does not exist. `chalice local` needs a "
            "running Darkroom (`make run`); if that has another DATA_DIR or other ports, set them "
            "and run `./darkroom credentials --chalice`."
        )


def _check_addresses(settings: Settings) -> None:
    for name, value in {"PUBLIC_URL": settings.public_url, "API_URL": settings.api_url}.items():
        if value and _split(value).scheme not in _WEB:
            raise SettingsError(f"The setting {name} needs an http:// or https:// address.")
    for origin in settings.origins:
        parts = _split(origin)
        if parts.scheme not in _WEB or origin != f"{parts.scheme}://{parts.netloc.lower()}":
            # With anything else in it, it would never equal a browser's `Origin` header.
            raise SettingsError(
                "The setting ALLOWED_ORIGINS needs origins such as https://www.example.com, "
                "in lower case and without a path."
            )


def _check_issuer(settings: Settings) -> None:
    for name in ("JWT_ISSUER", "JWT_AUDIENCE"):
        if not getattr(settings, name.lower()):
            raise SettingsError(f"The setting {name} is missing; AUTH_MODE jwt needs it.")
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


def _check_signing(settings: Settings, *, on_lambda: bool) -> None:
    for name in ("C2PA_KEY", "C2PA_CERTIFICATES"):
        if not getattr(settings, name.lower()):
            raise SettingsError(f"The setting {name} is missing; SIGN_RENDITIONS needs it.")
    if on_lambda and not settings.signs_with_kms:
        # A file would be part of the package, which everybody who may read functions can download.
        raise SettingsError(
            "The setting C2PA_KEY needs a key in KMS: its ARN, or alias/ and a name."
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
        # On Lambda, loopback reaches the Lambda runtime's own interface.
        raise SettingsError("The setting WEBHOOK_LOOPBACK is for local use only.")


def _split(address: str) -> SplitResult:
    """The parts of `address`; empty if it has no host or its port is invalid."""
    try:
        parts = urlsplit(address)
        return parts if parts.hostname and parts.port != 0 else urlsplit("")
    except ValueError:
        return urlsplit("")


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())
