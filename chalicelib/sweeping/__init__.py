"""The sweep: what was lost on the way is found, and brought to its end by the way of all others."""

from chalicelib.sweeping.parts import Tools
from chalicelib.sweeping.report import Report
from chalicelib.sweeping.sweeper import Sweeper

__all__ = ["Report", "Sweeper", "Tools"]
