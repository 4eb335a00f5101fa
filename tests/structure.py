"""Structural metrics: `python -m tests.structure` prints them, tests/test_structure.py limits them.

Modules are the packages and modules at the top level of a package. A module is one level above the
highest module that it imports. The hops of a route are the changes of module between its view
function in app.py and its first call of boto3, with boto3 as the last module.
"""

import importlib
import json
import logging
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from http import HTTPStatus
from itertools import groupby
from typing import Any
from unittest import mock

import click
import grimp
from botocore.client import BaseClient
from chalice.test import Client

from tests.environment import SETTINGS

PACKAGES = ("chalicelib", "darkroom_client", "ops")
_IMAGE_ID = "01J00000000000000000000000"
_BODIES: dict[str, dict[str, Any]] = {
    "/uploads": {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000},
    "/images/{image_id}": {"filename": "a.jpg"},
    "/images": {"bucket": SETTINGS["UPLOADS_BUCKET"], "key": "a.jpg"},
}
_QUERIES = {"/generate-upload-url": "?filename=a.jpg&content_type=image/jpeg&size=1000"}


@dataclass
class Package:
    """The modules at the top level of a package, with what each imports."""

    name: str
    imports: dict[str, set[str]]
    cycle: list[str] = field(default_factory=list)  # one of its cycles
    levels: list[list[str]] = field(default_factory=list)  # lowest first; empty with a cycle


class _FirstCall(BaseException):
    """The first call of boto3, with the modules that led to it."""

    def __init__(self, modules: list[str]) -> None:
        super().__init__()
        self.modules = modules


def package(name: str) -> Package:
    """The structure of an importable package."""
    graph = grimp.build_graph(name, cache_dir=None)
    for module in graph.find_children(name):
        graph.squash_module(module)
    imports = {
        module: graph.find_modules_directly_imported_by(module) - {name, module}
        for module in sorted(graph.find_children(name))
    }
    found = Package(name, imports)
    sorter = TopologicalSorter(imports)
    try:
        sorter.prepare()
    except CycleError as error:
        found.cycle = error.args[1]
        return found
    level: dict[str, int] = {}
    for module in TopologicalSorter(imports).static_order():
        level[module] = 1 + max((level[imported] for imported in imports[module]), default=0)
    for number in range(1, max(level.values()) + 1):
        found.levels.append(sorted(m for m in level if level[m] == number))
    return found


def hops() -> dict[str, list[str]]:
    """The modules from app.py to boto3 for each "METHOD /route"; none if it makes no call."""
    with mock.patch.dict(os.environ, SETTINGS | {"AWS_DEFAULT_REGION": "eu-central-1"}):
        app = importlib.import_module("app").app
        logging.disable()
        try:
            with mock.patch.object(BaseClient, "_make_api_call", _record):
                calls = {
                    f"{method} {path}": _first_call(app, method, path)
                    for path, methods in app.routes.items()
                    for method in methods
                    if method != "OPTIONS"
                }
        finally:
            logging.disable(logging.NOTSET)
    return {route: modules for route, modules in calls.items() if modules is not None}


def _first_call(app: Any, method: str, path: str) -> list[str] | None:
    body = json.dumps(_BODIES.get(path, {})).encode() if method in {"PATCH", "POST"} else b""
    address = path.replace("{image_id}", _IMAGE_ID) + _QUERIES.get(path, "")
    try:
        with Client(app, stage_name="none") as client:
            response = client.http.request(
                method, address, headers={"Content-Type": "application/json"}, body=body
            )
    except _FirstCall as call:
        return call.modules
    return None if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED else []


def _record(_client: BaseClient, *_: object) -> None:
    files = [frame.filename for frame in traceback.extract_stack()]
    raise _FirstCall([module for module, _ in groupby(_modules(files))] + ["boto3"])


def _modules(files: list[str]) -> Iterator[str]:
    last_view = max(number for number, file in enumerate(files) if file.endswith("/app.py"))
    for file in files[last_view:]:
        _, found, module = file.rpartition("/chalicelib/")
        if found:
            yield module.removesuffix(".py").replace("/", ".")
        elif file.endswith("/app.py") and "/chalice/" not in file:
            yield "app"


def main() -> None:
    """Print the metrics."""
    for found in map(package, PACKAGES):
        arrows = sum(map(len, found.imports.values()))
        cycle = " -> ".join(found.cycle) or "none"
        click.echo(f"{found.name}: {len(found.imports)} modules, {arrows} imports, cycle: {cycle}")
        for number, modules in reversed(list(enumerate(found.levels, 1))):
            click.echo(f"  {number}  {', '.join(m.partition('.')[2] for m in modules)}")
    click.echo("Hops from each route to boto3:")
    for route, modules in hops().items():
        click.echo(f"  {max(len(modules) - 1, 0)}  {route:<33} {' -> '.join(modules)}")


if __name__ == "__main__":
    main()
