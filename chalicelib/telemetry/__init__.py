"""What operators see: JSON lines, CloudWatch's embedded metrics, X-Ray's subsegments.

Formats live here and nowhere else; docs/observability.md lists every name.
"""

from chalicelib.telemetry.calls import watched
from chalicelib.telemetry.cloudwatch import CloudWatch
from chalicelib.telemetry.lines import write_json_lines

__all__ = ["CloudWatch", "watched", "write_json_lines"]
