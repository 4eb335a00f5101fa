"""Telemetry for operators: JSON log lines, CloudWatch embedded metrics, X-Ray subsegments.

Formats are defined only here; docs/observability.md lists every name.
"""

from chalicelib.telemetry.cloudwatch import CloudWatch
from chalicelib.telemetry.invocations import log_authorizer, log_invocation
from chalicelib.telemetry.json_lines import write_json_lines

__all__ = ["CloudWatch", "log_authorizer", "log_invocation", "write_json_lines"]
