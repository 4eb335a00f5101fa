"""The programs to start: our functions, and those they are compared with."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.packaging.compiling import compile_modules
from tests.sandbox.function import Function, Sandbox

BOTO3 = "boto3"

_NOTHING = "def handle(event, context):\n    return None\n"
_CLIENT = f'import boto3\n\nboto3.client("s3")\n\n\n{_NOTHING}'


@dataclass(frozen=True)
class Program:
    """A program to start: its files and its handler."""

    name: str
    title: str
    sandbox: Sandbox
    handler: str

    def started(self, environment: Mapping[str, str]) -> Function:
        """Its process, a context manager that starts it."""
        return Function(self.sandbox, self.handler, environment)


def programs(sandbox: Sandbox, folder: Path) -> list[Program]:
    """All programs; those that are not ours are written into `folder`."""
    as_chalice = uncompiled(sandbox, folder / "uncompiled")
    return [
        _written("runtime", "Lambda's runtime client alone", _NOTHING, folder / "runtime"),
        _written(BOTO3, 'bare `boto3.client("s3")`', _CLIENT, folder / "boto3"),
        Program("api", "API", sandbox, "app.app"),
        Program("processor", "processor", sandbox, "app.process_upload"),
        Program("removal", "deleter", sandbox, "app.process_removal"),
        Program("api-bare", "API, not compiled", as_chalice, "app.app"),
        Program("processor-bare", "processor, not compiled", as_chalice, "app.process_upload"),
    ]


def _written(name: str, title: str, code: str, folder: Path) -> Program:
    folder.mkdir()
    (folder / "program.py").write_text(code)
    compile_modules(folder, "/var/task")
    return Program(name, title, Sandbox(folder, folder / "opt"), "program.handle")


def uncompiled(sandbox: Sandbox, folder: Path) -> Sandbox:
    """The same artifact without compiled files, as Chalice alone would upload it."""
    other = Sandbox(folder / "task", folder / "opt")
    for source, target in ((sandbox.task, other.task), (sandbox.opt, other.opt)):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return other


# On Lambda the code's folder is read-only, so compiled files are not kept.
UNCACHED = {"PYTHONDONTWRITEBYTECODE": "1"}
