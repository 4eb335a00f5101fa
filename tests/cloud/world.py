"""LocalStack, DynamoDB Local and moto's CloudFront as one account, and commands run in it."""

import json
import shutil
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from ops.local.names import HOST
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import Server
from ops.project import PROJECT
from tests.deploy.world import REGION, World, copy_project
from tests.stack.running import users_environment
from tests.waiting import until

ACCOUNT = "000000000000"  # that of the key `test`
CLOUD = Path(sys.prefix) / "cloud"  # the environment of requirements-cloud.txt
FUNCTIONS = Path(sys.prefix) / "lambda" / "bin" / "python"

_START_SECONDS = 300.0
_COMMAND_SECONDS = 1800.0  # the first deployment downloads the layer's libraries
_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # pragma: allowlist secret


@dataclass
class Cloud(World):
    """An account in which functions really run. `endpoints` are those of single services."""

    endpoints: dict[str, str] = field(default_factory=dict)
    authorities: str = ""

    def client(self, service: str) -> Any:
        """A boto3 client of the account, created once."""
        if service not in self._clients:
            self._clients[service] = boto3.session.Session().client(  # type: ignore[call-overload]
                service,
                endpoint_url=self.endpoints.get(service, self.address),
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",  # pragma: allowlist secret
            )
        return self._clients[service]

    def forget_config(self) -> None:
        """Remove the site folder, as in a fresh clone."""
        shutil.rmtree(self.site)

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        own = {f"AWS_ENDPOINT_URL_{name.upper()}": url for name, url in self.endpoints.items()}
        return {
            **super()._environment(variables),
            **own,
            "SSL_CERT_FILE": self.authorities,
        }


@contextmanager
def running_cloud(folder: Path) -> Iterator[Cloud]:
    """An empty account, and a copy of the project below `folder`."""
    gateway, database, front = (f"http://{HOST}:{port}" for port in free_ports(3))
    endpoints = {"dynamodb": database, "cloudfront": front}
    certificate, authorities = _certificate(folder)
    servers = {
        "DynamoDB Local": [sys.executable, "-m", "tests.cloud.dynamodb", _port(database)],
        "CloudFront": [sys.executable, "-m", "moto.server", "-H", HOST, "-p", _port(front)],
        "LocalStack": [str(CLOUD / "bin" / "python"), "-m", "tests.cloud.emulator"],
    }
    environment = {
        **users_environment(),
        "PYTHONPATH": str(PROJECT),
        "AWS_ENDPOINT_URL": gateway,
        **_emulator(folder, gateway, endpoints, certificate),
    }
    with ExitStack() as stack:
        for name, command in servers.items():
            log = folder / f"{name.lower().replace(' ', '-')}.log"
            server = Server(name, command, environment, log)
            stack.callback(server.stop)
            server.start()
            if name == "LocalStack":
                until(lambda s=server: _is_ready(gateway) or s.exit_code, _START_SECONDS)
            assert server.exit_code is None, server.complaint()
        project = copy_project(folder / "project", libraries=True)
        yield Cloud(
            gateway,
            project,
            folder / "calls.jsonl",
            {},
            _COMMAND_SECONDS,
            endpoints,
            str(authorities),
        )


def _emulator(
    folder: Path, gateway: str, endpoints: dict[str, str], certificate: Path
) -> dict[str, str]:
    """LocalStack's settings, and those of `tests.cloud.emulator`."""
    of_services = {f"AWS_ENDPOINT_URL_{name.upper()}": url for name, url in endpoints.items()}
    return {
        "GATEWAY_LISTEN": gateway.removeprefix("http://"),
        "FILESYSTEM_ROOT": str(folder / "localstack"),
        "OVERRIDE_IN_DOCKER": "0",
        "DNS_ADDRESS": "0",
        "DISABLE_EVENTS": "1",  # no telemetry
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "USE_SSL": "0",
        "EAGER_SERVICE_LOADING": "0",
        "S3_SKIP_SIGNATURE_VALIDATION": "0",
        "EMULATOR_GATEWAY": gateway,
        **{f"EMULATOR_{name.upper()}": url for name, url in endpoints.items()},
        "CDN_CERTIFICATE": str(certificate),
        "FUNCTIONS_PYTHON": str(FUNCTIONS),
        "FUNCTIONS_ENVIRONMENT": json.dumps({"AWS_ENDPOINT_URL": gateway, **of_services, **_KEYS}),
    }


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A file with certificate and key for localhost, and one with all authorities to trust."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    both, authorities = folder / "cdn.pem", folder / "authorities.pem"
    both.write_text(certificate.read_text() + key.read_text())
    usual = ssl.get_default_verify_paths().cafile
    authorities.write_text((Path(usual).read_text() if usual else "") + certificate.read_text())
    return both, authorities


def _port(address: str) -> str:
    return address.rpartition(":")[2]


def _is_ready(gateway: str) -> bool:
    try:
        urllib.request.urlopen(f"{gateway}/_localstack/health", timeout=_START_SECONDS).close()
    except OSError:
        return False
    return True
