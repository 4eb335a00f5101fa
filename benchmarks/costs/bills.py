"""The bill for a number of pictures, in US dollars, line by line."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from benchmarks.costs.prices import Prices
from benchmarks.costs.usage import Mean, Usage
from chalicelib.errors import Reason
from chalicelib.telemetry.metrics import UNITS
from chalicelib.views.costs import (
    GB,
    LOG_BYTES,
    SEARCH_WRITES,
    Tiers,
    record_bytes,
    write_units,
)

LIMIT_UNITS = 3  # a ticket, in each of its owner's three counters
EVENT_UNITS = 6  # its row of at most 2 KB: written in a transaction, and deleted
TICKET_UNITS = 8  # record and history line, and the record in both indexes, in a transaction
_SIZE_GETS = 3  # for a size on demand: the original, and two looks for the file
_SIZE_WRITES = 3  # its claim, its place among the image's sizes, the claim's deletion
_SIZE_READS = 2  # the record, before and after
_READS = 4  # for a processing
_READS_SHOWN = 2  # for a request that shows an image
_ROWS_BYTES = 1_000  # of a picture's history, marker and overhead
_ENTRY_BYTES = 350  # of a search entry, with DynamoDB's overhead
_INDEXED_BYTES = 200  # of its keys in `by_owner`, with DynamoDB's overhead
_ORIGINALS_LISTED, _FILES_LISTED = 500, 1_000  # a request, by the sweep
_POLLS = 3 * 5 * 3 * 60 * 24 * 30  # a month: three queues, five pollers each, 20 seconds


class Line(NamedTuple):
    """A line of the bill; `group` names its heading, which says when it is due."""

    group: str
    text: str
    dollars: float


class Sizes(Struct, frozen=True, kw_only=True):
    """Memory of the functions in MB, and how many seconds a run of the sweep may take."""

    api: int
    processing: int
    sweep: int
    sweep_seconds: int


class Bill:
    """The bill for `pictures` uploaded within one month."""

    def __init__(
        self, pictures: float, mean: Mean, usage: Usage, sizes: Sizes, prices: Prices
    ) -> None:
        self._pictures = pictures
        self._mean = mean
        self._usage = usage
        self._sizes = sizes
        self._prices = prices
        self._requests = pictures * usage.api_requests

    def once(self) -> Iterator[Line]:
        """Due once, for uploading and processing."""
        usage, group = self._usage, "Uploading and processing, once"
        processing = self._mean.milliseconds + usage.waiting_milliseconds
        yield Line(group, "API Gateway", tiered(self._requests, self._prices.api_request))
        yield Line(
            group,
            "Lambda: API",
            self._lambda(self._requests, usage.api_milliseconds, self._sizes.api),
        )
        yield Line(
            group,
            "Lambda: processing",
            self._lambda(self._pictures, processing, self._sizes.processing),
        )
        yield Line(group, "S3 requests", self._pictures * self._s3_requests())
        yield Line(group, "DynamoDB requests", self._pictures * self._table_requests())
        published = self._prices.event + EVENT_UNITS * self._prices.dynamodb_write_unit
        yield Line(group, "EventBridge, and its outbox", self._pictures * published)
        logged = self._pictures * LOG_BYTES + self._requests * usage.api_log_bytes
        yield Line(group, "CloudWatch: logs", logged / GB * self._prices.logs_gb)

    def kept(self) -> Iterator[Line]:
        """Due every month while the pictures are kept."""
        price, group = self._prices, "Keeping, every month"
        originals = self._pictures * self._mean.upload / GB
        # Each is stored twice: under its own key and under its stable one.
        renditions = 2 * self._pictures * self._mean.renditions / GB
        for_originals = tiered(originals, price.s3_gb_month)
        yield Line(group, "S3: originals", for_originals)
        for_both = tiered(originals + renditions, price.s3_gb_month)
        yield Line(group, "S3: renditions", for_both - for_originals)
        entries = SEARCH_WRITES // 2 * _ENTRY_BYTES
        rows = self._pictures * (record_bytes(self._mean.files) + _ROWS_BYTES + entries) / GB
        indexed = self._pictures * _INDEXED_BYTES / GB
        recovery = rows * price.dynamodb_recovery_gb_month
        stored = (rows + indexed) * price.dynamodb_gb_month
        yield Line(group, "DynamoDB, with recovery", stored + recovery)

    def delivered(self) -> Iterator[Line]:
        """Due for a month's views."""
        price, usage = self._prices, self._usage
        group = f"Delivering, {usage.views:g} views of each in a month"
        loaded = self._pictures * usage.views * len(usage.viewed)
        gigabytes = self._pictures * usage.views * self._mean.viewed / GB
        requests = (loaded + self._requests) * price.cloudfront_request
        yield Line(group, "CloudFront: requests", requests)
        yield Line(group, "CloudFront: function", loaded * price.cloudfront_function)
        yield Line(group, "CloudFront: bytes", tiered(gigabytes, price.cloudfront_gb))
        yield Line(group, "S3: what CloudFront misses", loaded * usage.misses * price.s3_get)

    def swept(self) -> Iterator[Line]:
        """Due for a month of scans over all images, as many as there is time for."""
        longest = self._usage.sweep_runs * self._sizes.sweep_seconds
        scans = min(self._usage.sweep_scans, longest / self.scan_seconds)
        group = "Sweeping, every month"
        lists, reads, compute = (scans * dollars for dollars in self.scan())
        yield Line(group, "S3: lists", lists)
        yield Line(group, "DynamoDB: reads", reads)
        called = self._usage.sweep_runs * self._prices.lambda_request
        yield Line(group, "Lambda: sweep", called + compute)

    @property
    def scan_seconds(self) -> float:
        """Seconds to check every image once, in both buckets."""
        return 2 * self._pictures / self._usage.sweep_rate

    def scan(self) -> tuple[float, float, float]:
        """US dollars for checking every image once: lists, reads, Lambda's time."""
        price = self._prices
        files = 2 * self._mean.files + 1  # with their stable copies and the manifest
        # Both scans list the files; originals are listed again beside each page of files.
        listed = self._pictures * (1 / _ORIGINALS_LISTED + 3 * files / _FILES_LISTED)
        records = 2 * self._pictures
        compute = self.scan_seconds * self._sizes.sweep / 1024 * price.lambda_gb_second
        reads = records * price.dynamodb_read_unit
        return listed * price.s3_put, reads, compute

    def standing(self) -> Iterator[Line]:
        """Due every month, whatever the number of pictures."""
        price, group = self._prices, "Standing, every month"
        metrics = len(UNITS) + len(Reason)
        yield Line(group, f"CloudWatch: {metrics} metrics", metrics * price.metric_month)
        alarms = self._usage.alarm_metrics
        yield Line(group, f"CloudWatch: alarms on {alarms} metrics", alarms * price.alarm_month)
        yield Line(group, "CloudWatch: dashboard", price.dashboard_month)
        yield Line(group, "SQS: three queues, polled", _POLLS * price.sqs_request)

    @property
    def idle(self) -> float:
        """US dollars a month for a stage that nobody uses: it sends no metrics."""
        _, *others = self.standing()
        return sum(line.dollars for line in others)

    def on_demand(self) -> Iterator[Line]:
        """Due once for sizes that are rendered on demand."""
        price, usage = self._prices, self._usage
        group = f"Sizes on demand, {usage.sizes:g} of each picture, once"
        made = self._pictures * usage.sizes
        yield Line(group, "API Gateway", tiered(made, price.api_request))
        milliseconds = self._mean.milliseconds + usage.waiting_milliseconds
        yield Line(group, "Lambda", self._lambda(made, milliseconds, self._sizes.api))
        yield Line(group, "S3 requests", made * (price.s3_put + _SIZE_GETS * price.s3_get))
        written = _SIZE_WRITES * price.dynamodb_write_unit
        read = _SIZE_READS * price.dynamodb_read_unit
        yield Line(group, "DynamoDB requests", made * (written + read))

    def options(self) -> Iterator[Line]:
        """Due every month for options, if they are switched on."""
        price, usage, group = self._prices, self._usage, "Optional, every month"
        calls = self._pictures + self._requests
        loaded = self._pictures * usage.views * len(usage.viewed)
        rules = price.waf_acl_month + usage.waf_rules * price.waf_rule_month
        key = price.kms_key_month + self._pictures * usage.kms_requests * price.kms_request
        yield Line(group, "KMS key of your own", key)
        yield Line(group, "WAF", rules + (loaded + self._requests) * price.waf_request)
        faces = tiered(self._pictures, price.rekognition_image)
        yield Line(group, "Faces by Rekognition (`SMART_CROP=faces`)", faces)
        yield Line(group, "X-Ray", calls * usage.traced * price.xray_trace)

    def _lambda(self, calls: float, milliseconds: float, memory: int) -> float:
        billed = milliseconds + self._usage.cold_share * self._usage.cold_milliseconds
        seconds = billed / 1000 * memory / 1024
        return calls * (self._prices.lambda_request + seconds * self._prices.lambda_gb_second)

    def _s3_requests(self) -> float:
        written = 1 + 2 * self._mean.files + 1  # upload, renditions, their stable copies, manifest
        return written * self._prices.s3_put + self._prices.s3_get

    def _table_requests(self) -> float:
        written = TICKET_UNITS + LIMIT_UNITS + write_units(self._mean.files)
        read = _READS + _READS_SHOWN * (self._usage.api_requests - 1)
        return written * self._prices.dynamodb_write_unit + read * self._prices.dynamodb_read_unit


def tiered(amount: float, tiers: Tiers) -> float:
    """US dollars for `amount`, each part at the price of its tier."""
    dollars = 0.0
    for size, price in tiers:
        part = min(amount, size)
        dollars += part * price
        amount -= part
    return dollars
