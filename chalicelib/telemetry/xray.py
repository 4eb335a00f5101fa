"""Sends the phases of processing a picture to Lambda's X-Ray daemon, as subsegments.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

import contextlib
import os
import socket
from collections.abc import Iterable, Mapping

import msgspec

from chalicelib.ports.telemetry import Span

_HEADER = b'{"format": "json", "version": 1}\n'


def send(spans: Iterable[Span], image_id: str, environment: Mapping[str, str]) -> None:
    """Send a datagram for each span, if Lambda traces this call; there are no responses.

    What does not reach the daemon is lost: no picture waits or fails for a trace.
    """
    trace = _trace(environment.get("_X_AMZN_TRACE_ID", ""))
    host, _, port = environment.get("AWS_XRAY_DAEMON_ADDRESS", "").rpartition(":")
    if not host or trace.get("Sampled") != "1" or not {"Root", "Parent"} <= trace.keys():
        return
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon,
    ):
        for span in spans:
            daemon.sendto(_HEADER + _subsegment(span, image_id, trace), (host, int(port)))


def _trace(header: str) -> dict[str, str]:
    """`Root=1-...;Parent=...;Sampled=1`, by name."""
    return dict(part.split("=", 1) for part in header.split(";") if "=" in part)


def _subsegment(span: Span, image_id: str, trace: Mapping[str, str]) -> bytes:
    return msgspec.json.encode(
        {
            "type": "subsegment",
            "trace_id": trace["Root"],
            "parent_id": trace["Parent"],
            "id": os.urandom(8).hex(),
            "name": span.phase.value,
            "start_time": span.began,
            "end_time": span.began + span.seconds,
            "annotations": {"image_id": image_id},
        }
    )
