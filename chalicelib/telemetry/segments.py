"""The phases of a picture as subsegments of the trace that Lambda makes, sent to Lambda's daemon.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

import contextlib
import os
import socket
from collections.abc import Iterable, Mapping

import msgspec

from chalicelib.facts import Lap

_HEADER = b'{"format": "json", "version": 1}\n'


def send(laps: Iterable[Lap], image_id: str, environment: Mapping[str, str]) -> None:
    """One datagram for each lap, where Lambda says that this call is traced; none is answered.

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
        for lap in laps:
            daemon.sendto(_HEADER + _subsegment(lap, image_id, trace), (host, int(port)))


def _trace(header: str) -> dict[str, str]:
    """`Root=1-...;Parent=...;Sampled=1`, by name."""
    return dict(part.split("=", 1) for part in header.split(";") if "=" in part)


def _subsegment(lap: Lap, image_id: str, trace: Mapping[str, str]) -> bytes:
    return msgspec.json.encode(
        {
            "type": "subsegment",
            "trace_id": trace["Root"],
            "parent_id": trace["Parent"],
            "id": os.urandom(8).hex(),
            "name": lap.phase.value,
            "start_time": lap.began,
            "end_time": lap.began + lap.seconds,
            "annotations": {"image_id": image_id},
        }
    )
