"""Options of `make run`: ports, the data directory, and how the event loop behaves."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import DarkroomError
from ops.local.names import HOST
from ops.project import PROJECT
from ops.site_folder.stages import local_variables

MODES = ("none", "token", "jwt")
PORTS = {"API_PORT": 8000, "SITE_PORT": 8080, "S3_PORT": 8333, "AWS_PORT": 5001}


class StackError(DarkroomError):
    """The stack cannot run; the text tells the user why, and what to do."""


@dataclass(frozen=True)
class Options:
    """The settings of one stack.

    `retry_seconds` are the waits before an event's two retries, `sweep_seconds` those before the
    first sweep and between two. `origins` are further origins that may upload.
    """

    api_port: int
    site_port: int
    s3_port: int
    aws_port: int
    data: Path
    workers: int
    retry_seconds: tuple[float, float]
    sweep_seconds: tuple[float, float]
    origins: tuple[str, ...]
    auth_mode: str

    @property
    def ports(self) -> frozenset[int]:
        """The stack's own ports."""
        return frozenset((self.api_port, self.site_port, self.s3_port, self.aws_port))

    @property
    def api_url(self) -> str:
        """The address of the API."""
        return f"http://{HOST}:{self.api_port}"

    @property
    def site_url(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.site_port}"

    @property
    def s3_url(self) -> str:
        """The address of S3."""
        return f"http://{HOST}:{self.s3_port}"

    @property
    def aws_url(self) -> str:
        """The address of DynamoDB, SQS and EventBridge."""
        return f"http://{HOST}:{self.aws_port}"

    @property
    def site_origins(self) -> tuple[str, ...]:
        """The page's origins, by IP address and as localhost, and those of other pages."""
        own = (self.site_url, f"http://localhost:{self.site_port}")
        return tuple(dict.fromkeys((*own, *self.origins)))

    @property
    def logs(self) -> Path:
        """Folder of the servers' logs."""
        return self.data / "logs"


def current_options(chosen: Mapping[str, str] | None = None) -> Options:
    """The options that `chosen`, this process's environment and the site folder give."""
    return read_options({**local_variables(), **os.environ, **(chosen or {})})


def read_options(environment: Mapping[str, str]) -> Options:
    """Options from `environment`; StackError names a variable that is wrong."""
    ports = {name: _port(name, environment.get(name, str(d))) for name, d in PORTS.items()}
    _check_distinct(ports)
    return Options(
        api_port=ports["API_PORT"],
        site_port=ports["SITE_PORT"],
        s3_port=ports["S3_PORT"],
        aws_port=ports["AWS_PORT"],
        data=_data(environment.get("DATA_DIR", ".darkroom")),
        workers=_count("WORKERS", environment.get("WORKERS", str(os.cpu_count() or 1))),
        retry_seconds=_waits("RETRY_SECONDS", environment.get("RETRY_SECONDS", "1,2")),
        sweep_seconds=_waits("SWEEP_SECONDS", environment.get("SWEEP_SECONDS", "60,600")),
        origins=_origins(environment.get("ALLOWED_ORIGINS", "")),
        auth_mode=_mode(environment.get("AUTH_MODE", "none")),
    )


def _port(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
        raise StackError(f"{name} must be a port number from 1 to 65535, not {text!r}.")
    return int(text)


def _check_distinct(ports: Mapping[str, int]) -> None:
    names: dict[int, str] = {}
    for name, port in ports.items():
        if port in names:
            raise StackError(f"{names[port]} and {name} are both {port}; use two different ports.")
        names[port] = name


def _data(text: str) -> Path:
    if not text:
        raise StackError("DATA_DIR must name a directory.")
    return (PROJECT / Path(text).expanduser()).resolve()


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 64:
        raise StackError(f"{name} must be a number from 1 to 64, not {text!r}.")
    return int(text)


def _mode(text: str) -> str:
    if text not in MODES:
        raise StackError(f"AUTH_MODE must be one of {', '.join(MODES)}, not {text!r}.")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    wrong = [origin for origin in origins if not re.fullmatch(r"https?://[^/\s]+", origin)]
    if wrong:
        form = "must be origins such as http://localhost:3000, separated by commas"
        raise StackError(f"ALLOWED_ORIGINS {form}, not {wrong[0]!r}.")
    return origins


def _waits(name: str, text: str) -> tuple[float, float]:
    try:
        first, second = (float(part) for part in text.split(","))
    except ValueError as reason:
        wrong = f"{name} must be two numbers of seconds such as 1,2, not {text!r}."
        raise StackError(wrong) from reason
    return first, second
