"""`python -m ops.installer`: installs a requirements file into an environment for the Makefile.

It runs before anything is installed, so it imports the standard library only.
"""

import argparse
import ast
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_INTERRUPTED = 130  # as of the verbs, whose package is not installed yet
_MAIN = Path(sys.prefix)  # .venv, with pip and uv; the other environments are inside it
_PIN = Path("requirements-installer.txt")
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
_QUIET = ("--quiet", "--progress-bar", "off")

# pip's settings for package indexes and how to reach them, which uv does not read.
_SOURCES = ("index-url", "no-index", "proxy", "client-cert", "trusted-host")
_SETTING = re.compile(r"^(?:global|install|:env:)\.([\w-]+)=(.+)$", re.MULTILINE)

# uv's output: downloads of 10 MB and more are shown live, everything else only on failure.
_LARGE = re.compile(r"Downloading \S+ \((?:\d{2,}\.\d+MiB|.+GiB)\)")
_PROGRESS = re.compile(r" ?Download(?:ing|ed) ")


class _FailedError(Exception):
    """An installer failed; its messages are on standard error."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Install; exits with 1 on failure, after the installer's own messages."""
    parser = argparse.ArgumentParser(prog="python -m ops.installer")
    parser.add_argument("--installer", choices=["auto", "uv", "pip"], default="auto")
    parser.add_argument("--python", metavar="VERSION", help="Python of the environment")
    parser.add_argument("environment", type=Path)
    parser.add_argument("requirements")
    parser.add_argument("purpose", help='their purpose, as in "what make run needs"')
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)  # no installer outlives this program
    try:
        settings = _pip_settings()
        installer = _choose(settings) if given.installer == "auto" else given.installer
        uv = _fetch_uv() if installer == "uv" else None
        print(f"Installing {given.purpose} ({given.requirements}) ...", flush=True)
        python = _interpreter(given.python) if given.python else sys.executable
        with _whole(given.environment, python):
            _install(uv, given.environment, given.requirements, settings)
        _use_own_chalice(given.environment / "bin" / "chalice")
    except _FailedError:
        sys.exit(
            f"\nInstalling {given.purpose} failed; see above. The next make tries again.\n"
            "If only pip can reach the package index here, add INSTALLER=pip to the command."
        )
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _pip_settings() -> dict[str, str]:
    """Pip's configuration from its files and environment variables, by option."""
    listed = subprocess.run([*_PIP, "config", "list"], check=False, capture_output=True, text=True)
    return {name: str(ast.literal_eval(value)) for name, value in _SETTING.findall(listed.stdout)}


def _choose(settings: Mapping[str, str]) -> str:
    """uv, or pip where it has settings that uv would ignore."""
    own = [name for name in _SOURCES if name in settings]
    if own:
        print(f"Using pip, because it is configured ({', '.join(own)}); uv would be faster.")
    return "pip" if own else "uv"


def _fetch_uv() -> Path:
    """The uv program in the pinned version; pip fetches it if it is missing."""
    (version,) = re.findall(r"^uv==(\S+)", _PIN.read_text(), re.MULTILINE)
    home = _MAIN / f"uv-{version}"
    if not home.exists():
        print(f"Installing the installer, uv ({_PIN}) ...", flush=True)
        with tempfile.TemporaryDirectory(dir=_MAIN) as scratch:
            fetched = Path(scratch) / "uv"
            options = ("--no-deps", "--no-compile", "--only-binary=:all:", "--target", str(fetched))
            _run([*_PIP, "install", *_QUIET, *options, "--requirement", str(_PIN)])
            fetched.rename(home)
    return home / "bin" / "uv"


def _interpreter(version: str) -> str:
    """The path of a Python of `version`, such as 3.13: installed here, or else downloaded by uv."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [name, *map(str, sorted(pyenv.glob(f"{version}*/bin/{name}")))]
    for place in places:
        # pyenv's commands exist, and fail, for versions that are not activated.
        if found := _output([place, "-c", "import sys, venv; print(sys.executable)"]):
            return found
    uv = str(_fetch_uv())
    print(f"Installing Python {version} ...", flush=True)
    _run([uv, "python", "install", version])
    return _output([uv, "python", "find", "--managed-python", version])


def _output(command: Sequence[str]) -> str:
    """What a command prints; empty if it fails or does not exist."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@contextmanager
def _whole(environment: Path, python: str) -> Iterator[None]:
    """Ensure that an interrupted installation is redone from scratch the next time.

    An installer that is stopped leaves packages that look installed but lack files.
    """
    if environment.resolve() != _MAIN.resolve():
        _run([python, "-m", "venv", "--without-pip", "--clear", str(environment)])
        yield
        return
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))
    with (environment / "installing.lock").open("a+") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        note.seek(0)
        # The folder changed after an installation began that never finished: it was interrupted.
        if note.read() not in ("", _state(site)):
            print(
                "The last installation was interrupted; reinstalling its packages ...", flush=True
            )
            shutil.rmtree(site, ignore_errors=True)
            _run([str(environment / "bin" / "python"), "-m", "ensurepip", "--default-pip"])
        note.truncate(0)
        note.write(_state(site))
        note.flush()
        yield
        note.truncate(0)


def _state(site: Path) -> str:
    """A value that changes when packages are added or removed."""
    return str(site.stat().st_mtime_ns) if site.exists() else "none"


def _install(
    uv: Path | None, environment: Path, requirements: str, settings: Mapping[str, str]
) -> None:
    python = str(environment / "bin" / "python")
    if uv is None:
        _run([*_PIP, "--python", python, "install", *_QUIET, "--requirement", requirements])
        return
    _run(
        [
            *(str(uv), "pip", "install", "--system-certs", "--compile-bytecode"),
            *("--python", python, "--requirement", requirements),
        ],
        # Certificates configured for pip apply to uv as well.
        {"SSL_CERT_FILE": settings["cert"]} if "cert" in settings else {},
    )


def _use_own_chalice(program: Path) -> None:
    """Make an installed `chalice` run this project's command line, which extends Chalice's."""
    if program.exists():
        lines = (
            f"#!{program.absolute().with_name('python')}",
            "import sys",
            f"sys.path.insert(0, {str(Path.cwd())!r})",
            "from ops.deploy.chalice_cli import main",
            "sys.exit(main())",
        )
        program.write_text("\n".join(lines) + "\n")


def _run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
    """Run `command`: large downloads are shown live, its other messages only on failure."""
    output = []
    with subprocess.Popen(
        command,
        env={**(variables or {}), **os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout  # noqa: S101
        try:
            for line in process.stdout:
                if _LARGE.match(line):
                    print(f"  {line}", end="", flush=True)
                elif not _PROGRESS.match(line):
                    output.append(line)
        except KeyboardInterrupt:
            process.terminate()
            raise
    if process.returncode:
        sys.stderr.writelines(output)
        raise _FailedError


if __name__ == "__main__":
    main()
