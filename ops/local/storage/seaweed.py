"""SeaweedFS, the local S3: its command line, and the ports it needs besides S3's."""

import contextlib
import json
import shutil
import sysconfig
import urllib.request
from collections.abc import Collection, Sequence
from pathlib import Path

from ops.local.names import HOST
from ops.local.stack.credentials import encryption_key, identities_file
from ops.local.stack.environment import inherited
from ops.local.stack.options import StackError
from ops.local.stack.ports import free_ports, is_free
from ops.local.stack.processes import Server
from ops.local.stack.timeouts import PROBE_TIMEOUT_SECONDS
from ops.local.storage.certificate import Certificate

_INNER = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "admin.port",
    "admin.port.grpc",
    "s3.port.grpc",
)
# Servers without authentication of their own: they require this stack's certificate.
_PARTS = ("MASTER", "VOLUME", "FILER", "ADMIN")
_FLAGS = (
    f"-ip={HOST}",
    f"-ip.bind={HOST}",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-webdav=false",
    "-admin.ui=false",
    "-master.telemetry=false",
    # A master without saved state becomes the leader at once; one that resumes may miss the
    # volumes' first heartbeat, and the next is 5 s away. Heartbeats carry all it must know.
    "-master.resumeState=false",
    "-master.electionTimeout=1s",
    "-master.heartbeatInterval=200ms",
    "-volume.preStopSeconds=0",
    "-s3.autoCreateBucket=false",
)


def weed_program() -> str:
    """The path of SeaweedFS's program, installed by its wheel beside this interpreter."""
    found = shutil.which("weed", path=sysconfig.get_path("scripts"))
    if not found:
        raise StackError("SeaweedFS is not installed here; `make setup` installs it.")
    return found


def seaweed_server(
    data: Path, s3_port: int, inner: dict[str, int], log: Path, origins: Sequence[str] = ("*",)
) -> Server:
    """The server over `data`, whose identities file must exist.

    `origins` are allowed by CORS for S3's root and for buckets without rules of their own. The
    servers besides S3 respond to clients with a new certificate in `data` only.
    """
    (data / "s3").mkdir(parents=True, exist_ok=True)
    certificate = Certificate.of(data)
    certificate.renew()
    flags = [f"-{name}={port}" for name, port in inner.items()]
    return Server(
        "The object store (SeaweedFS)",
        [
            weed_program(),
            "-logtostderr=true",
            "mini",
            f"-dir={data / 's3'}",
            f"-s3.port={s3_port}",
            f"-s3.allowedOrigins={','.join(origins)}",
            f"-s3.config={identities_file(data)}",
            *_FLAGS,
            *flags,
        ],
        {
            **inherited(),
            **_https(certificate),
            "WEED_S3_SSE_KEK": encryption_key(data),
            # S3 allows keys of 1,024 bytes, with or without slashes.
            "WEED_FILER_OPTIONS_MAX_FILE_NAME_LENGTH": "1024",
            "GOMEMLIMIT": "300MiB",
        },
        log,
    )


def _https(certificate: Certificate) -> dict[str, str]:
    """SeaweedFS's settings: its servers and its client have the certificate, and require it."""
    settings = {"WEED_HTTPS_CLIENT_ENABLED": "true"}
    for part in (*_PARTS, "CLIENT"):
        settings[f"WEED_HTTPS_{part}_CERT"] = str(certificate.file)
        settings[f"WEED_HTTPS_{part}_KEY"] = str(certificate.key_file)
        settings[f"WEED_HTTPS_{part}_CA"] = str(certificate.file)
    return settings


def inner_ports(data: Path, promised: Collection[int]) -> dict[str, int]:
    """The ports besides S3's: those of the last run if they are free, else new ones.

    Ports `promised` to servers that do not listen yet are excluded.

    The data is found with other ports too; reusing them keeps the data directory tidy, as the
    master creates a folder for each port.
    """
    file = data / "seaweed-ports.json"
    with contextlib.suppress(OSError, ValueError):
        saved: dict[str, int] = json.loads(file.read_text())
        usable = all(port not in promised and is_free(port) for port in saved.values())
        if set(saved) == set(_INNER) and usable:
            return saved
    chosen = dict(zip(_INNER, free_ports(len(_INNER), promised), strict=True))
    file.write_text(json.dumps(chosen))
    return chosen


def filer_address(inner: dict[str, int]) -> str:
    """Address of the change log: `host:port.grpc_port`."""
    return f"{HOST}:{inner['filer.port']}.{inner['filer.port.grpc']}"


def knows_its_volumes(data: Path, inner: dict[str, int]) -> bool:
    """Whether volumes have registered with the master: before that, no object can be read.

    S3 may report that it is healthy seconds earlier, if the master was slow to become the leader.
    """
    address = f"https://{HOST}:{inner['master.port']}/dir/status"
    context = Certificate.of(data).context()
    try:
        with urllib.request.urlopen(
            address, timeout=PROBE_TIMEOUT_SECONDS, context=context
        ) as answer:
            topology = json.load(answer)["Topology"]
    except (OSError, ValueError):
        return False
    racks = [rack for center in topology["DataCenters"] or () for rack in center["Racks"] or ()]
    return any(rack["DataNodes"] for rack in racks)


def remove_sockets(inner: dict[str, int], s3_port: int) -> None:
    """Remove the Unix sockets of a server that has ended: when killed, it leaves them behind."""
    parts = {"filer": inner["filer.port"], "s3": s3_port}
    parts |= {n.replace(".port.", "-"): port for n, port in inner.items() if n.endswith("grpc")}
    for part, port in parts.items():
        # SeaweedFS's path for them is fixed.
        Path(f"/tmp/seaweedfs-{part}-{port}.sock").unlink(missing_ok=True)  # noqa: S108
