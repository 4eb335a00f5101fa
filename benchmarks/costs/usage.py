"""What a picture uses: as it was measured in a run, and as it is assumed."""

from pathlib import Path
from statistics import fmean

import msgspec
from msgspec import Struct

from benchmarks.millions import Measured, bill
from benchmarks.ratios import cpu_seconds, wall_seconds
from benchmarks.results import Output, Results
from chalicelib.costs import prices

_ASSUMED = Path(__file__).with_name("usage.toml")


class Usage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The assumptions, which `usage.toml` explains."""

    api_requests: int
    api_milliseconds: int
    api_log_bytes: int
    waiting_milliseconds: int
    cold_share: float
    cold_milliseconds: int
    views: int
    viewed: tuple[str, ...]
    misses: float
    alarm_metrics: int
    sweep_runs: int
    sweep_walks: int
    sweep_looks: int
    waf_rules: int
    kms_requests: float
    traced: float


class Mean(Struct, frozen=True, kw_only=True):
    """The mean photograph of a run: bytes, files, and milliseconds of rendering as they are billed.

    `viewed` are the bytes of the renditions that a page loads.
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
    outputs = [one for one in results.outputs if one.family == "darkroom"]
    return Mean(
        milliseconds=bill(measured, memory, prices()).milliseconds,
        upload=fmean(one.bytes for one in results.photographs),
        renditions=fmean(_bytes(one) for one in outputs),
        files=len(outputs[0].files),
        viewed=fmean(_bytes(one, viewed) for one in outputs),
    )


def _bytes(output: Output, variants: tuple[str, ...] = ()) -> int:
    return sum(one.bytes for one in output.files if not variants or one.variant in variants)
