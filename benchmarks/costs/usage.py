"""What a picture uses: measured in a run, or assumed."""

from pathlib import Path
from statistics import fmean

import msgspec
from msgspec import Struct

from benchmarks.costs.prices import prices
from benchmarks.millions import Measured, bill
from benchmarks.ratios import cpu_seconds, wall_seconds
from benchmarks.results import Output, Results

_ASSUMED = Path(__file__).with_name("usage.toml")


class Usage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The assumptions; `usage.toml` explains them."""

    api_requests: int
    api_milliseconds: int
    api_log_bytes: int
    waiting_milliseconds: int
    cold_share: float
    cold_milliseconds: int
    views: int
    viewed: tuple[str, ...]
    misses: float
    sizes: float
    alarm_metrics: int
    sweep_runs: int
    sweep_scans: int
    sweep_rate: int
    waf_rules: int
    kms_requests: float
    traced: float


class Mean(Struct, frozen=True, kw_only=True):
    """The mean photograph of a run: bytes, files, and billed milliseconds of rendering.

    `viewed` is the bytes of the renditions that a page loads.
    """

    milliseconds: float
    upload: float
    renditions: float
    files: int
    viewed: float


def assumed() -> Usage:
    """The assumptions in `usage.toml`."""
    return msgspec.toml.decode(_ASSUMED.read_bytes(), type=Usage)


def mean_of(results: Results, memory: int, viewed: tuple[str, ...]) -> Mean:
    """The mean over the photographs of `results`, rendered at `memory` MB."""
    measured = Measured(
        fmean(cpu_seconds(results, "darkroom")),
        fmean(wall_seconds(results, "darkroom-2")),
        fmean(cpu_seconds(results, "darkroom-2")),
    )
    outputs = [output for output in results.outputs if output.family == "darkroom"]
    return Mean(
        milliseconds=bill(measured, memory, prices()).milliseconds,
        upload=fmean(photograph.bytes for photograph in results.photographs),
        renditions=fmean(map(_bytes, outputs)),
        files=len(outputs[0].files),
        viewed=fmean(_bytes(output, viewed) for output in outputs),
    )


def _bytes(output: Output, variants: tuple[str, ...] = ()) -> int:
    return sum(file.bytes for file in output.files if not variants or file.variant in variants)
