"""Chalice's packagers, for `chalice package` and `chalice deploy`, extended to compile modules."""

import hashlib
import importlib.util
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalice.deploy.packager import AppOnlyDeploymentPackager, LayerDeploymentPackager

from ops.packaging import libraries
from ops.packaging.archives import pack
from ops.packaging.compiling import compile_modules
from ops.packaging.services import called_services
from ops.site_folder import variants

_CODE_HOME, _LAYER_HOME = "/var/task", "/opt"  # where Lambda unzips code and layer
_RECIPE = Path(__file__).parent  # a change of this code changes the names of packages
_CLUTTER = ("__pycache__/", "/README", "/.")


class CodePackager(AppOnlyDeploymentPackager):
    """The application: app.py, chalicelib/ and Chalice's own module, with the user's variants."""

    def create_deployment_package(self, project_dir: str, python_version: str) -> str:
        """The path of the zip file, which is created unless it exists."""
        archive = Path(self.deployment_package_filename(project_dir, python_version))
        if not archive.exists():
            self._ui.write("Packaging the application.\n")
            with TemporaryDirectory() as scratch:
                for source, place in self._iter_app_filenames(project_dir):
                    _copy(Path(source), Path(scratch, place))
                compile_modules(Path(scratch), _CODE_HOME)
                pack(Path(scratch), archive)
        return str(archive)

    def deployment_package_filename(self, project_dir: str, python_version: str) -> str:
        """Where Chalice looks for it; the name depends on the content."""
        files = self._iter_app_filenames(project_dir)
        parts = [(place, Path(source).read_bytes()) for source, place in files]
        return str(_cached(project_dir, "appcode", python_version, parts))

    def _iter_app_filenames(self, project_dir: str) -> Iterator[tuple[str, str]]:
        own = variants.packaged()
        for source, place in super()._iter_app_filenames(project_dir):
            if place not in own and not any(part in place for part in _CLUTTER):
                yield source, place
        for place, path in own.items():
            yield str(path), place


class LayerPackager(LayerDeploymentPackager):
    """The libraries, optional ones among them, and vendor/."""

    def __init__(self, *args: Any, further: Sequence[Path] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._further = further

    def create_deployment_package(self, project_dir: str, python_version: str) -> str:
        """The path of the zip file, which is created unless it exists."""
        archive = Path(self.deployment_package_filename(project_dir, python_version))
        if not archive.exists():
            self._ui.write("Packaging the layer of libraries.\n")
            with TemporaryDirectory() as scratch:
                site = Path(scratch, self._PREFIX % python_version)
                site.parent.mkdir(parents=True)
                abi = self._RUNTIME_TO_ABI[python_version]
                wheels = libraries.Wheels(self._osutils, architecture=self._architecture)
                libraries.install(wheels, abi, Path(project_dir), site, self._further)
                for place, source in _vendored(project_dir):
                    _copy(source, site / place)
                compile_modules(Path(scratch), _LAYER_HOME)
                pack(Path(scratch), archive)
        return str(archive)

    def deployment_package_filename(self, project_dir: str, python_version: str) -> str:
        """Where Chalice looks for it; the name depends on the content."""
        files = (Path(project_dir, "requirements.txt"), *self._further)
        requirements = "".join(file.read_text() for file in files)
        services = called_services(Path(project_dir, "chalicelib"))
        parts = [
            ("", libraries.wanted(requirements).encode()),
            (" ".join(sorted(services)), b""),
            *((place, source.read_bytes()) for place, source in _vendored(project_dir)),
        ]
        return str(_cached(project_dir, "managed-layer", python_version, parts))


def _vendored(project_dir: str) -> list[tuple[str, Path]]:
    vendor = Path(project_dir, "vendor")
    found = ((p.relative_to(vendor).as_posix(), p) for p in vendor.rglob("*") if p.is_file())
    return [(place, path) for place, path in found if not any(c in f"/{place}" for c in _CLUTTER)]


def _cached(
    project_dir: str, kind: str, python_version: str, parts: Iterable[tuple[str, bytes]]
) -> Path:
    digest = hashlib.sha256(importlib.util.MAGIC_NUMBER)
    recipe = [(path.name, path.read_bytes()) for path in _RECIPE.glob("*.py")]
    for name, content in sorted([*parts, *recipe]):
        digest.update(f"{name} {len(content)} ".encode() + content)
    name = f"{kind}-{digest.hexdigest()[:32]}-{python_version}.zip"
    return Path(project_dir, ".chalice", "deployments", name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
