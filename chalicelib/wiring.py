"""The one place where use cases meet their stores."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib import imaging
from chalicelib.admission import Admission
from chalicelib.allowances import Allowances
from chalicelib.cursors import Cursors
from chalicelib.developing import Developer
from chalicelib.erasing import Eraser
from chalicelib.failures import Failures
from chalicelib.library import Library
from chalicelib.ports import (
    Cdn,
    Clock,
    ImageTable,
    ObjectStore,
    Queue,
    Signer,
    Telemetry,
)
from chalicelib.processing import Processor
from chalicelib.settings import Settings, read_settings
from chalicelib.sweeping import Sweeper, Tools
from chalicelib.telemetry import CloudWatch
from chalicelib.uploads import Tickets
from chalicelib.variants import Marks, Variant, load_variants, load_watermarks
from chalicelib.watermarks import Watermarks

# As Lambda's variable _HANDLER names the functions whose every call is about a picture.
_RENDERING = frozenset({"app.process_upload", "app.process_again"})


def utc_now() -> datetime:
    """The present, with its zone."""
    return datetime.now(UTC)


class Wiring(Admission):
    """Use cases over AWS's stores, each made at its first use: a cold start pays for no other."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Wiring":
        """The application that the environment describes; SettingsError where it does not.

        On Lambda a function that renders loads all that it needs here, any other one nothing.
        """
        wiring = cls(read_settings(environment))
        _ = wiring.watermarks  # a wrong table stops the start, like a wrong setting
        handler = environment.get("_HANDLER")
        if handler is None:
            wiring.check()
        elif handler in _RENDERING:
            wiring.prepare()
        return wiring

    def check(self) -> None:
        """SettingsError where a watermark is no picture, or HEIC is on and cannot be read."""
        if self.watermarks:
            imaging.check_watermarks(self.watermarks)
        if self.settings.allow_heic:
            imaging.check_heic()

    def prepare(self) -> None:
        """Load what a picture needs now: Lambda starts some functions ahead of their events."""
        from chalicelib.aws import clients

        imaging.prepare()
        clients.s3()
        clients.dynamodb()
        _ = self.processor

    @functools.cached_property
    def variants(self) -> tuple[Variant, ...]:
        return load_variants()

    @functools.cached_property
    def watermarks(self) -> Marks:
        return load_watermarks(self.variants)

    @functools.cached_property
    def objects(self) -> ObjectStore:
        from chalicelib.aws.objects import S3Objects

        return S3Objects()

    @functools.cached_property
    def table(self) -> ImageTable:
        from chalicelib.aws.table import DynamoImages

        return DynamoImages(self.settings.images_table)

    @functools.cached_property
    def signer(self) -> Signer:
        from chalicelib.aws.signing import S3Signer

        return S3Signer(self.settings.uploads_bucket)

    @functools.cached_property
    def work(self) -> Queue:
        from chalicelib.aws.queues import SqsQueue

        return SqsQueue(self.settings.work_queue)

    @functools.cached_property
    def cdn(self) -> Cdn:
        from chalicelib.aws.cdn import CloudFront

        return CloudFront(self.settings.distribution_id)

    @functools.cached_property
    def telemetry(self) -> Telemetry:
        return CloudWatch(tracing=self.settings.tracing)

    @functools.cached_property
    def tickets(self) -> Tickets:
        allowances = Allowances(self.meters, self.table, self.settings, self.clock)
        return Tickets(
            self.table, allowances, self.signer, self.settings, self.clock, self.telemetry
        )

    @functools.cached_property
    def developer(self) -> Developer:
        self.check()
        bucket = self.settings.images_bucket
        watermarks = Watermarks(self.objects, bucket, self.variants, self.watermarks)
        return Developer(self.objects, self.variants, watermarks, self.settings)

    @functools.cached_property
    def processor(self) -> Processor:
        return Processor(
            self.objects, self.table, self.developer, self.settings, self.clock, self.telemetry
        )

    @functools.cached_property
    def eraser(self) -> Eraser:
        return Eraser(
            self.objects,
            self.table,
            self.cdn,
            self.processor,
            self.settings,
            self.clock,
            self.telemetry,
        )

    @functools.cached_property
    def sweeper(self) -> Sweeper:
        tools = Tools(
            objects=self.objects,
            table=self.table,
            work=self.work,
            eraser=self.eraser,
            developer=self.developer,
            settings=self.settings,
            clock=self.clock,
        )
        return Sweeper(tools, self.telemetry)

    @functools.cached_property
    def failures(self) -> Failures:
        return Failures(self.table, self.processor, self.clock, self.telemetry)

    @functools.cached_property
    def library(self) -> Library:
        return Library(
            self.objects,
            self.table,
            Cursors(self.secrets),
            self.work,
            self.processor,
            self.eraser,
            self.settings,
            self.clock,
        )
