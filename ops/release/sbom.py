"""A CycloneDX bill of materials of a release's archive: what ships to Lambda, with licences.

CycloneDX's own tool (`requirements-release.txt`) reads the libraries from the layer in the archive:
the list is of what ships, not of what was requested. Libraries bring lists of what is compiled into
them (PEP 770), which are nested; shared libraries of C beside them are listed as files.
"""

import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import uuid
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ops.release.errors import ReleaseError

Component = dict[str, Any]

TOOLS = Path(sys.prefix) / "release" / "bin"

_LAYER = "layer-deployment.zip"
_FIELDS = ("type", "name", "version", "description", "hashes", "licenses", "purl")
_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(fault) if fault else 0)
"""


def write(archive: Path, version: str, target: Path) -> None:
    """Write the bill of `archive` to `target`, and check it against CycloneDX's schema.

    The same archive gives the same bytes. ReleaseError if the tool is missing or fails.
    """
    with TemporaryDirectory() as scratch:
        site, layer = _environment(Path(scratch, "environment")), Path(scratch, _LAYER)
        with zipfile.ZipFile(archive) as opened, opened.open(_LAYER) as packed:
            layer.write_bytes(packed.read())
        runtime = _unpack_libraries(layer, site)
        _add_chalice(site)
        bill = _described(Path(scratch, "environment"))
        for component in bill["components"]:
            component["components"] = [*_compiled_in(component, site), *_files_of(component, site)]
            if not component["components"]:
                del component["components"]
    _name(bill, archive, version, runtime)
    target.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", "utf-8")
    _run(str(TOOLS / "python"), "-c", _VALIDATE, str(target))


def _environment(folder: Path) -> Path:
    """A new environment without any package; return the folder of its packages."""
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    return site


def _unpack_libraries(layer: Path, site: Path) -> str:
    """Copy the layer's libraries into `site`; return their Python, such as python3.13."""
    with zipfile.ZipFile(layer) as opened, TemporaryDirectory() as scratch:
        opened.extractall(scratch)
        (packages,) = Path(scratch).glob("python/lib/python*/site-packages")
        shutil.copytree(packages, site, dirs_exist_ok=True)
        return packages.parent.name


def _add_chalice(site: Path) -> None:
    """Chalice's module is in the application's code, without the description of its package."""
    for file in importlib.metadata.distribution("chalice").files or ():
        if file.parts[0].endswith(".dist-info") and file.name in ("METADATA", "LICENSE"):
            place = site / file
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), place)


def _described(environment: Path) -> dict[str, Any]:
    program = TOOLS / "cyclonedx-py"
    if not program.exists():
        raise ReleaseError("What describes a release is not installed. `make artifacts` does so.")
    text = _run(
        *(str(program), "environment", "--output-reproducible", "--sv", "1.6"),
        str(environment / "bin" / "python"),
    )
    bill: dict[str, Any] = json.loads(text)
    return bill


def _compiled_in(component: Component, site: Path) -> Iterator[Component]:
    """What the package says is compiled into it, in the files of its `sboms` folder."""
    for folder in _folders(component, site, ".dist-info"):
        for number, file in enumerate(sorted(folder.glob("sboms/*.json"))):
            for place, inner in enumerate(json.loads(file.read_text("utf-8"))["components"]):
                if inner["name"].lower() != component["name"].lower():
                    kept = {name: inner[name] for name in _FIELDS if name in inner}
                    yield {**kept, "bom-ref": f"{component['bom-ref']}/{number}.{place}"}


def _files_of(component: Component, site: Path) -> Iterator[Component]:
    """The libraries of C that the package's wheel has beside it, which have no package."""
    for folder in _folders(component, site, ".libs"):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = file.relative_to(site).as_posix()
            yield {
                "type": "file",
                "name": name,
                "hashes": [_sha256(file)],
                "bom-ref": f"{component['bom-ref']}/{name}",
            }


def _folders(component: Component, site: Path, suffix: str) -> list[Path]:
    name = component["name"].lower().replace("-", "_")
    version = f"-{component['version']}" if suffix == ".dist-info" else ""
    return [path for path in site.iterdir() if path.name.lower() == f"{name}{version}{suffix}"]


def _name(bill: dict[str, Any], archive: Path, version: str, runtime: str) -> None:
    """Say which archive the bill is of."""
    root = f"darkroom=={version}"
    bill["metadata"]["component"] = {
        "type": "application",
        "name": "darkroom",
        "version": version,
        "bom-ref": root,
        "licenses": [{"license": {"id": "MIT"}}],
        "hashes": [_sha256(archive)],
        "properties": [
            {"name": "darkroom:file", "value": archive.name},
            {"name": "darkroom:runtime", "value": runtime},
        ],
    }
    libraries = sorted(component["bom-ref"] for component in bill["components"])
    bill["dependencies"] = [{"ref": root, "dependsOn": libraries}, *bill["dependencies"]]
    # From the content, not random: attestations need one, and the same archive has the same.
    checksum = bill["metadata"]["component"]["hashes"][0]["content"]
    bill["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, f"{root} {checksum}").urn


def _sha256(file: Path) -> dict[str, str]:
    return {"alg": "SHA-256", "content": hashlib.sha256(file.read_bytes()).hexdigest()}


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(f"The bill of materials was not made. {done.stderr.strip()[-2000:]}")
    return done.stdout
