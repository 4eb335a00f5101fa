"""`python -m benchmarks.sizes`: what a page loads for an uploader, Darkroom's and others'."""

import gzip
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import click

from benchmarks.records import save
from benchmarks.toolchain import ROOT
from ops.exit_codes import FAILED

RESULTS = ROOT / "benchmarks/sizes.json"
DOCUMENTS = (ROOT / "docs/uploader.md", ROOT / "packages/uploader/README.md")
NODE_MODULES = ROOT / "benchmarks/node_modules"

_MARKED = re.compile(r"(?<=<!-- sizes -->\n).*?(?=<!-- /sizes -->)", re.DOTALL)
_UPPY = """
import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import AwsS3 from "@uppy/aws-s3";
import "@uppy/core/css/style.min.css";
import "@uppy/dashboard/css/style.min.css";
console.log(Uppy, Dashboard, AwsS3);
"""
_FILEPOND = """
import { create } from "filepond";
import "filepond/dist/filepond.min.css";
console.log(create);
"""
# Each with what it needs to choose, list and send pictures; and with what it has beyond that.
UPLOADERS: dict[str, tuple[str, str, str]] = {
    "Darkroom": (
        "",
        'import "DARKROOM";',
        "list, previews, parts, recovery after a reload, folders, shrinking; the editor on demand",
    ),
    "FilePond": ("filepond", _FILEPOND, "list; sends whole files or chunks"),
    "FilePond with previews": (
        "filepond",
        _FILEPOND
        + """
import { registerPlugin } from "filepond";
import preview from "filepond-plugin-image-preview";
import "filepond-plugin-image-preview/dist/filepond-plugin-image-preview.min.css";
registerPlugin(preview);
""",
        "list, previews",
    ),
    "Uppy": ("@uppy/core", _UPPY, "Dashboard and S3: list, previews, parts"),
    "Uppy with recovery and editor": (
        "@uppy/core",
        _UPPY
        + """
import GoldenRetriever from "@uppy/golden-retriever";
import ImageEditor from "@uppy/image-editor";
import "@uppy/image-editor/css/style.min.css";
console.log(GoldenRetriever, ImageEditor);
""",
        "the same, recovery after a reload, editor",
    ),
    "Uploadcare": (
        "@uploadcare/file-uploader",
        'import * as all from "@uploadcare/file-uploader";\n'
        'import "@uploadcare/file-uploader/web/uc-file-uploader-regular.min.css";\n'
        "all.defineComponents(all);",
        "list, previews, parts, editor, other sources",
    ),
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--draw", is_flag=True, help="Measure nothing; rewrite the tables from sizes.json.")
def main(draw: bool) -> None:
    """Bundle Darkroom's uploader and others with esbuild, and compress what a page loads with gzip.

    Writes benchmarks/sizes.json, and the tables in docs/uploader.md and the package's README.
    """
    if not draw:
        if not NODE_MODULES.exists():
            click.echo("The uploaders are not installed: run `npm ci` in benchmarks/.", err=True)
            raise SystemExit(FAILED)
        save({"uploaders": [measured(name) for name in UPLOADERS]}, RESULTS)
    drawn = table(json.loads(RESULTS.read_text())["uploaders"])
    for document in DOCUMENTS:
        document.write_text(_MARKED.sub(lambda _: drawn, document.read_text()))
    click.echo(drawn)


def measured(name: str) -> dict[str, Any]:
    """The bytes, compressed, of scripts and styles that a page loads at once, and on demand."""
    package, program, _ = UPLOADERS[name]
    uploader = ROOT / "frontend/bundle/uploader.js"
    with tempfile.TemporaryDirectory() as scratch:
        entry = Path(scratch) / "page.js"
        entry.write_text(program.replace("DARKROOM", str(uploader)))
        outputs = _bundled(entry)
        at_once = _static(outputs, next(o for o in outputs if outputs[o].get("entryPoint")))
        sizes = {output: _compressed(Path(scratch) / output) for output in outputs}
    version = ""
    if package:
        version = json.loads((NODE_MODULES / package / "package.json").read_text())["version"]
    first = sum(sizes[output] for output in at_once)
    return {
        "name": name,
        "version": version,
        "bytes": first,
        "on_demand": sum(sizes.values()) - first,
    }


def _bundled(entry: Path) -> dict[str, Any]:
    """esbuild's outputs, by their paths in the folder of `entry`, with what they import."""
    options = ["--bundle", "--minify", "--format=esm", "--splitting", "--outdir=out"]
    options += ["--metafile=meta.json", "--log-level=error", "--loader:.svg=dataurl"]
    options += ['--define:process.env.NODE_ENV="production"', "--legal-comments=none"]
    subprocess.run(
        [str(NODE_MODULES / ".bin/esbuild"), str(entry), *options],
        check=True,
        cwd=entry.parent,
        env={"NODE_PATH": str(NODE_MODULES), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    found: dict[str, Any] = json.loads((entry.parent / "meta.json").read_text())["outputs"]
    return found


def _static(outputs: dict[str, Any], entry: str) -> set[str]:
    """The outputs that are loaded with `entry`: its imports, theirs, and its styles."""
    found, waiting = set[str](), [entry]
    while waiting:
        output = waiting.pop()
        found.add(output)
        meta = outputs[output]
        imports = [i["path"] for i in meta["imports"] if i["kind"] == "import-statement"]
        styles = [meta["cssBundle"]] if "cssBundle" in meta else []
        waiting += [path for path in imports + styles if path in outputs and path not in found]
    return found


def _compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def table(uploaders: list[dict[str, Any]]) -> str:
    """The uploaders as a table of a document."""
    lines = ["| uploader | a page loads | on demand | with |", "|---|---:|---:|---|"]
    for uploader in uploaders:
        name, later = uploader["name"], uploader["on_demand"]
        shown = f"{name} ({uploader['version']})" if uploader["version"] else name
        more = f"{later / 1000:.0f} KB" if later else ""
        lines.append(f"| {shown} | {uploader['bytes'] / 1000:.0f} KB | {more} | {UPLOADERS[name][2]} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
