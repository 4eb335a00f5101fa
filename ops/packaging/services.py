"""Trims botocore's service descriptions to those that the application's clients read."""

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

_CLIENT = re.compile(r'\b_client\(\s*"([a-z0-9-]+)"')
_EXAMPLES = "examples-1.json"


def called_services(application: Path) -> frozenset[str]:
    """The services for which modules below `application` create clients."""
    modules = application.rglob("*.py")
    return frozenset(name for path in modules for name in _CLIENT.findall(path.read_text()))


def keep_services(data: Path, services: frozenset[str]) -> None:
    """Keep in botocore's folder `data` only what clients of `services` read, in a faster form."""
    for path in data.iterdir():
        if path.is_dir() and path.name not in services:
            shutil.rmtree(path)
        elif path.is_dir():
            _keep_newest(path)
    for path in [*data.rglob("*.json"), *data.rglob("*.json.gz")]:
        _slim(path)
    endpoints = data / "endpoints.json"
    endpoints.write_text(_compact(_endpoints_of(services, json.loads(endpoints.read_text()))))


def _keep_newest(service: Path) -> None:
    """Keep the newest version of an API, the one that clients use; versions are dates."""
    for version in sorted(service.iterdir())[:-1]:
        shutil.rmtree(version)


def _slim(path: Path) -> None:
    """Rewrite a description without its prose, uncompressed: the archive compresses it anyway."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    path.unlink()
    if not path.name.startswith(_EXAMPLES):
        path.with_name(path.name.removesuffix(".gz")).write_text(_compact(_mute(json.loads(text))))


def _mute(value: Any) -> Any:
    """`value` with empty documentation, which only `help()` shows."""
    match value:
        case {"documentation": str(), **others}:
            return {"documentation": "", **_mute(others)}
        case dict():
            return {name: _mute(inner) for name, inner in value.items()}
        case list():
            return [_mute(inner) for inner in value]
    return value


def _endpoints_of(services: frozenset[str], endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        endpoints_by_service = partition["services"]
        partition["services"] = {
            name: value for name, value in endpoints_by_service.items() if name in services
        }
    return endpoints


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
