"""The composition root: connects use cases to AWS's stores, each created at first use."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import imaging
from chalicelib.auth.bearer import BearerAuthenticator, TokenVerifier
from chalicelib.auth.tokens import ApiTokenVerifier, TokenStore
from chalicelib.deletion import Deleter
from chalicelib.delivery import Delivery
from chalicelib.events import EventPublisher
from chalicelib.library import Library
from chalicelib.model.variants import (
    DEFAULT_TABLE,
    Marks,
    Variant,
    VariantsTable,
    load_table,
    load_watermarks,
    watermark_folders,
)
from chalicelib.pagination import Cursors
from chalicelib.ports.clock import Clock
from chalicelib.ports.content_keys import ContentKey
from chalicelib.ports.faces import FaceDetector
from chalicelib.ports.images import Bookmarks, ImageIndex, ImageRepository, Outbox
from chalicelib.ports.messaging import EventBus, Queue
from chalicelib.ports.objects import Cdn, CdnSigner, MultipartStore, ObjectStore, Signer
from chalicelib.ports.secrets import Secrets
from chalicelib.ports.sizes import SizeRegister
from chalicelib.ports.telemetry import Telemetry
from chalicelib.processing.face_search import FaceSearch
from chalicelib.processing.failures import Failures
from chalicelib.processing.moves import Mover
from chalicelib.processing.processor import Processor
from chalicelib.processing.published_files import PublishedFiles
from chalicelib.processing.purges import Purger
from chalicelib.processing.renderer import Renderer
from chalicelib.processing.watermarks import Watermarks
from chalicelib.settings import Settings, read_settings
from chalicelib.sharing import ShareStore, Sharing
from chalicelib.sweep import SweepContext, Sweeper
from chalicelib.telemetry import CloudWatch
from chalicelib.uploads.multipart import MultipartUploads
from chalicelib.uploads.quotas import QuotaCounters, Quotas
from chalicelib.uploads.tickets import Tickets
from chalicelib.views.addresses import Addresses
from chalicelib.views.manifests import Manifests
from chalicelib.webhooks import DelayedQueue, Parameters, Webhooks

if TYPE_CHECKING:
    from chalicelib.processing.content_credentials import ContentCredentials

# The functions whose every call renders an image, as Lambda's variable _HANDLER names them.
_RENDERING = frozenset({"app.process_upload", "app.process_again"})


def utc_now() -> datetime:
    """The current time, with its time zone."""
    return datetime.now(UTC)


class Wiring:
    """The use cases, and the stores and services behind them.

    Each is created at its first use, and AWS's adapters are imported then: a cold start pays only
    for those it needs.
    """

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Wiring":
        """The application that the environment describes; SettingsError if a setting is wrong.

        On Lambda a function that renders loads all it needs here; the others load nothing.
        """
        wiring = cls(read_settings(environment))
        _ = wiring.watermarks  # an invalid table prevents the start, as an invalid setting does
        handler = environment.get("_HANDLER")
        if handler is None:
            wiring.check()
        elif handler in _RENDERING:
            wiring.prepare()
        return wiring

    def check(self) -> None:
        """SettingsError if a watermark is no image, or a format is enabled but not installed."""
        if self.watermarks:
            imaging.check_watermarks(self.watermarks)
        imaging.check_formats(heic=self.settings.allow_heic, jxl=self.settings.allow_jxl)
        if self.settings.sign_renditions:
            imaging.check_signing()

    def prepare(self) -> None:
        """Load what rendering needs: Lambda starts some functions ahead of their events."""
        from chalicelib.aws import clients

        imaging.prepare(signs=self.settings.sign_renditions)
        clients.s3()
        clients.dynamodb()
        if self.settings.event_bus:
            clients.events()
        if self.settings.sign_renditions:
            clients.kms()
        _ = self.processor

    # Configuration

    @property
    def table_file(self) -> Path:
        return Path(self.settings.variants_table or DEFAULT_TABLE)

    @functools.cached_property
    def table(self) -> VariantsTable:
        return load_table(self.table_file)

    @property
    def variants(self) -> tuple[Variant, ...]:
        return self.table.variants

    @functools.cached_property
    def watermarks(self) -> Marks:
        return load_watermarks(self.table.rules, watermark_folders(self.table_file))

    # Stores and services

    @functools.cached_property
    def objects(self) -> ObjectStore:
        from chalicelib.aws.objects import S3Objects

        return S3Objects()

    @functools.cached_property
    def images(self) -> ImageRepository:
        from chalicelib.aws.images import DynamoImages

        return DynamoImages(self.settings.images_table)

    @functools.cached_property
    def index(self) -> ImageIndex:
        from chalicelib.aws.index import DynamoIndex

        return DynamoIndex(self.settings.images_table)

    @functools.cached_property
    def bookmarks(self) -> Bookmarks:
        from chalicelib.aws.bookmarks import DynamoBookmarks

        return DynamoBookmarks(self.settings.images_table)

    @functools.cached_property
    def outbox(self) -> Outbox:
        from chalicelib.aws.outbox import DynamoOutbox

        return DynamoOutbox(self.settings.images_table)

    @functools.cached_property
    def quota_counters(self) -> QuotaCounters:
        from chalicelib.aws.quotas import DynamoQuotaCounters

        return DynamoQuotaCounters(self.settings.images_table)

    @functools.cached_property
    def sizes(self) -> SizeRegister:
        from chalicelib.aws.sizes import DynamoSizes

        return DynamoSizes(self.settings.images_table)

    @functools.cached_property
    def secrets(self) -> Secrets:
        from chalicelib.aws.secrets import DynamoSecrets

        return DynamoSecrets(self.settings.images_table)

    @functools.cached_property
    def token_store(self) -> TokenStore:
        from chalicelib.aws.tokens import DynamoTokens

        return DynamoTokens(self.settings.images_table)

    @functools.cached_property
    def parameters(self) -> Parameters:
        from chalicelib.aws.parameters import SsmParameters

        return SsmParameters()

    @functools.cached_property
    def signer(self) -> Signer:
        from chalicelib.aws.signing import S3Signer

        return S3Signer(self.settings.uploads_bucket)

    @functools.cached_property
    def multipart_store(self) -> MultipartStore:
        from chalicelib.aws.multipart import S3Multipart

        return S3Multipart(self.settings.uploads_bucket)

    @functools.cached_property
    def work(self) -> Queue:
        from chalicelib.aws.queues import SqsQueue

        return SqsQueue(self.settings.work_queue)

    @functools.cached_property
    def webhook_queue(self) -> DelayedQueue:
        from chalicelib.aws.queues import SqsQueue

        return SqsQueue(self.settings.webhooks_queue)

    @functools.cached_property
    def bus(self) -> EventBus | None:
        if not self.settings.event_bus:
            return None
        from chalicelib.aws.event_bus import EventBridge

        return EventBridge(self.settings.event_bus)

    @functools.cached_property
    def cdn(self) -> Cdn:
        from chalicelib.aws.cdn import CloudFront

        return CloudFront(self.settings.distribution_id)

    @functools.cached_property
    def cdn_signer(self) -> CdnSigner:
        from chalicelib.aws.cdn_signing import CloudFrontSigner

        return CloudFrontSigner(self.settings.cdn_key_parameter, self.clock)

    @functools.cached_property
    def face_detector(self) -> FaceDetector:
        from chalicelib.aws.faces import RekognitionFaces

        return RekognitionFaces()

    @functools.cached_property
    def content_key(self) -> ContentKey:
        key, certificates = self.settings.c2pa_key, self.settings.c2pa_certificates
        if not self.settings.signs_with_kms:
            from chalicelib.processing.content_credentials import FileKey

            return FileKey(key, certificates)
        from chalicelib.aws.content_keys import KmsContentKey

        return KmsContentKey(key, certificates)

    @functools.cached_property
    def shares(self) -> ShareStore:
        from chalicelib.aws.shares import DynamoShares

        return DynamoShares(self.settings.images_table)

    @functools.cached_property
    def telemetry(self) -> Telemetry:
        return CloudWatch(tracing=self.settings.tracing)

    # Use cases

    @functools.cached_property
    def authenticator(self) -> BearerAuthenticator:
        return BearerAuthenticator(self._token_verifier())

    def _token_verifier(self) -> TokenVerifier:
        if self.settings.auth_mode != "jwt":
            return ApiTokenVerifier(self.token_store, self.clock)
        from chalicelib.auth.jwks import KeySet, fetch
        from chalicelib.auth.jwt import JwtVerifier

        return JwtVerifier(self.settings, KeySet(self.settings, fetch, self.clock))

    @functools.cached_property
    def event_publisher(self) -> EventPublisher | None:
        if not self.bus:
            return None
        return EventPublisher(
            self.outbox, self.bus, self.telemetry, self.settings.public_url, self.table
        )

    @functools.cached_property
    def published_images(self) -> ImageRepository:
        """The image repository; its writes are published if there is an event bus."""
        self.images.publisher = self.event_publisher
        return self.images

    @functools.cached_property
    def tickets(self) -> Tickets:
        return Tickets(
            self.published_images,
            self._quotas(),
            self.signer,
            self.multipart_store,
            self.settings,
            self.clock,
            self.telemetry,
        )

    @functools.cached_property
    def multipart_uploads(self) -> MultipartUploads:
        return MultipartUploads(
            self.published_images,
            self.multipart_store,
            self.objects,
            self.settings,
            self.clock,
        )

    def _quotas(self) -> Quotas:
        return Quotas(self.quota_counters, self.images, self.settings, self.clock)

    @functools.cached_property
    def renderer(self) -> Renderer:
        self.check()
        bucket = self.settings.images_bucket
        watermarks = Watermarks(self.objects, bucket, self.table.rules, self.watermarks)
        return Renderer(
            self.objects,
            self.table,
            watermarks,
            self.settings,
            self._find_faces(),
            self.content_credentials,
        )

    @functools.cached_property
    def content_credentials(self) -> "ContentCredentials | None":
        if not self.settings.sign_renditions:
            return None
        from chalicelib.processing.content_credentials import ContentCredentials

        return ContentCredentials(self.content_key, self.clock)

    def _find_faces(self) -> FaceSearch | None:
        if self.settings.smart_crop != "faces":
            return None
        return FaceSearch(self.face_detector, self.telemetry)

    @functools.cached_property
    def published_files(self) -> PublishedFiles:
        return PublishedFiles(self.objects, self.sizes, self.variants, self.settings)

    @functools.cached_property
    def mover(self) -> Mover:
        return Mover(
            self.objects,
            self.published_images,
            self.sizes,
            self.cdn,
            self.published_files,
            Manifests(self.objects, self.published_images, self.table, self.settings),
            self.settings,
            self.clock,
            self.telemetry,
        )

    @functools.cached_property
    def purger(self) -> Purger:
        return Purger(
            self.objects,
            self.published_images,
            self.sizes,
            self.cdn,
            self.published_files,
            Manifests(self.objects, self.published_images, self.table, self.settings),
            self.settings,
            self.clock,
            self.telemetry,
        )

    @functools.cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.cdn_signer, self.settings, self.clock)

    @functools.cached_property
    def sharing(self) -> Sharing:
        return Sharing(self.shares, self.images, self.addresses, self.settings, self.clock)

    @functools.cached_property
    def processor(self) -> Processor:
        return Processor(
            self.objects,
            self.published_images,
            self.renderer,
            self.published_files,
            self.mover,
            self.purger,
            self._quotas(),
            self.settings,
            self.clock,
            self.telemetry,
            erase_renditions=lambda image_id: self.deleter.erase_renditions(image_id),
        )

    @functools.cached_property
    def deleter(self) -> Deleter:
        return Deleter(
            self.objects,
            self.multipart_store,
            self.published_images,
            self.sizes,
            self.cdn,
            self.settings,
            self.clock,
            self.telemetry,
        )

    @functools.cached_property
    def sweeper(self) -> Sweeper:
        context = SweepContext(
            objects=self.objects,
            multipart=self.multipart_store,
            images=self.published_images,
            index=self.index,
            bookmarks=self.bookmarks,
            work=self.work,
            deleter=self.deleter,
            renderer=self.renderer,
            published_files=self.published_files,
            mover=self.mover,
            purger=self.purger,
            settings=self.settings,
            clock=self.clock,
            event_publisher=self.event_publisher,
        )
        return Sweeper(context, self.telemetry)

    @functools.cached_property
    def failures(self) -> Failures:
        return Failures(self.published_images, self.settings, self.clock, self.telemetry)

    @functools.cached_property
    def library(self) -> Library:
        return Library(
            self.objects,
            self.published_images,
            self.index,
            Cursors(self.secrets),
            self.work,
            self.processor,
            self.deleter,
            self.mover,
            self.purger,
            self.addresses,
            self.sharing,
            self.signer,
            self._quotas(),
            self.secrets,
            self.table,
            self.settings,
            self.clock,
        )

    @functools.cached_property
    def delivery(self) -> Delivery:
        return Delivery(
            self.objects,
            self.images,
            self.sizes,
            self.renderer,
            self.published_files,
            self.mover,
            self.addresses,
            self.secrets,
            self.table,
            self.settings,
            self.clock,
            self.telemetry,
        )

    @functools.cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(
            self.webhook_queue, self.parameters, self.settings, self.clock, self.telemetry
        )
