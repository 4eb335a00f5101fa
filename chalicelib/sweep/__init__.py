"""The sweep: finds images that stalled or lost an event, and queues them again."""

from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.report import Report
from chalicelib.sweep.sweeper import Sweeper

__all__ = ["Report", "SweepContext", "Sweeper"]
