"""The package django-darkroom: its own tests in each environment, and what is built of it."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from ops.project import FRONTEND, PROJECT
from tests.packages.django_project import ENVIRONMENTS, TESTS, free_port, python, running_project
from tests.stack.running import users_environment
from tests.waiting import GENEROUS

STATIC = "django_darkroom/static/django_darkroom"


def run(*command: str | Path, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in `folder`, without a package index, to its end."""
    environment = {**users_environment(), "PIP_NO_INDEX": "1", **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=GENEROUS
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    source = PROJECT / "packages" / "django"
    options = ("--no-isolation", "--outdir", folder)
    done = run(sys.executable, "-m", "build", *options, source, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def wheel_in(folder: Path) -> Path:
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_packages_own_tests_pass(environment: str) -> None:
    done = run(python(environment), "-m", "pytest", "--quiet", folder=TESTS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_has_the_uploader_of_this_version(built: Path) -> None:
    with zipfile.ZipFile(wheel_in(built)) as wheel:
        for name in ("uploader.js", "editor.js"):
            assert wheel.read(f"{STATIC}/{name}") == (FRONTEND / "bundle" / name).read_bytes()
        names = wheel.namelist()
    assert {"django_darkroom/py.typed", f"{STATIC}/field.js"} < set(names)
    assert not [name for name in names if "test" in name]


def test_the_source_distribution_can_be_built_elsewhere(built: Path, tmp_path: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        source.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    done = run(sys.executable, "-m", "build", "--no-isolation", "--wheel", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (again,) = (folder / "dist").glob("*.whl")
    assert again.name == wheel_in(built).name


def test_an_index_would_take_the_package(built: Path) -> None:
    files = sorted(built.iterdir())
    done = run(sys.executable, "-m", "twine", "check", "--strict", *files, folder=built)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_installed_package_serves_its_uploader(
    built: Path, tmp_path: Path, environment: str
) -> None:
    target = tmp_path / "site-packages"
    options = ("--quiet", "--no-deps", "--target", target)
    done = run(sys.executable, "-m", "pip", "install", *options, wheel_in(built), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    darkroom = {"API": "https://api.photos.example", "TOKEN": "dr_site"}
    with running_project(environment, tmp_path, free_port(), darkroom, target) as project:
        found = project.manage("findstatic", "--first", "django_darkroom/uploader.js")
        assert str(target) in found
        assert "no issues" in project.manage("check")
