"""Creates the site folder: files whose comments show the defaults."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from chalicelib.model.variants import DEFAULT_TABLE
from ops.project import FRONTEND
from ops.site_folder import location, stages


def templates() -> Mapping[str, str]:
    """The text of each file of a new site folder, by name; none of them changes anything."""
    makers: dict[str, Callable[[], str]] = {
        location.VARIANTS: _variants,
        location.STAGES: _stages,
        location.STRINGS: _strings,
        location.THEME: _theme,
    }
    return {name: make() for name, make in makers.items()}


def write(files: Mapping[str, bytes]) -> None:
    """Write files of the site folder by name, each as a whole."""
    folder = location.wanted_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        scratch = folder / f"{name}.new"
        scratch.write_bytes(content)
        scratch.replace(folder / name)


def is_untouched(path: Path, template: str) -> bool:
    """Whether a file is missing, or as it was created."""
    return not path.exists() or path.read_bytes() == template.encode()


def _variants() -> str:
    rules = DEFAULT_TABLE.read_text("utf-8").splitlines()
    lines = (
        "# Your variants table. A table here replaces the default one, which follows as comments.",
        "# docs/variants.md has recipes. A watermark's PNG may be beside this file.",
        "",
        *map(_commented, rules),
    )
    return "".join(f"{line}\n" for line in lines)


def _commented(line: str) -> str:
    return line if line.startswith("#") or not line else f"# {line}"


def _stages() -> str:
    functions = stages.defaults()["stages"][stages.SHAPE]["lambda_functions"]
    sizes = "".join(
        f"# {name} = {{ lambda_memory_size = {function['lambda_memory_size']}, "
        f"lambda_timeout = {function['lambda_timeout']} }}\n"
        for name, function in functions.items()
    )
    return f"""\
# The settings of your stages and of `make run`. docs/configuration.md lists all of them.
# Deployments record names and addresses here; what you write stays, and so do comments.

# `make run`. Variables of your shell go before these.
# [local.environment_variables]
# MAX_UPLOAD_BYTES = 50_000_000
# SITE_PORT = 8080

# `make deploy STAGE=prod`
# [prod.environment_variables]
# KEEP_CREDITS = true
# WEBHOOK_URL = "https://www.example.com/hooks/darkroom"

# Memory in MB and time limits in seconds; these are the defaults.
# [prod.lambda_functions]
{sizes}"""


def _strings() -> str:
    source = (FRONTEND / location.STRINGS).read_text("utf-8").splitlines()
    return (
        "// Your texts: a program that changes those of the page and the uploader. For example:\n"
        "//\n"
        '//   Object.assign(strings, { language: "de", addTitle: "Fotos hinzufügen" });\n'
        '//   Object.assign(strings.labels, { ready: "Fertig" });\n'
        "//\n"
        "// Texts that are functions must remain functions. These are all of them:\n"
        "//\n" + "".join(f"// {line}".rstrip() + "\n" for line in source)
    )


def _theme() -> str:
    style = (FRONTEND / "style.css").read_text("utf-8")
    root = re.search(r":root \{(.*?)\n\}", style, re.DOTALL)
    colours = re.findall(r"^ +--.*$", root[1] if root else "", re.MULTILINE)
    return (
        "/* Your colours and other styles, which go over those of frontend/style.css.\n"
        "The defaults:\n\n"
        ":root {\n" + "".join(f"{line}\n" for line in colours) + "}\n\n"
        "docs/uploader.md lists the uploader's properties. */\n"
    )
