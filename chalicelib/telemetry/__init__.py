"""What operators see: JSON lines, CloudWatch's embedded metrics, X-Ray's subsegments.

Formats live here and nowhere else; docs/observability.md lists every name.
"""

from chalicelib.telemetry.calls import judged, watched
from chalicelib.telemetry.cloudwatch import CloudWatch
from chalicelib.telemetry.lines import write_json_lines

__all__ = ["CloudWatch", "judged", "watched", "write_json_lines"]
