"""The installer of the Makefile: its output, and recovery from an interruption."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ops.installer import _interpreter
from ops.project import PROJECT

# uv is missing if pip is configured with its own index.
INSTALLERS = ["pip", *(["uv"] if [*Path(sys.prefix).glob("uv-*")] else [])]


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """A requirements file with one local wheel."""
    wheel = tmp_path / "brightness-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("brightness.py", "LEVEL = 11\n")
        described = "brightness-1.0.dist-info"
        archive.writestr(
            f"{described}/METADATA", "Metadata-Version: 2.1\nName: brightness\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{described}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{described}/RECORD", "")
    file = tmp_path / "requirements.txt"
    file.write_text(f"{wheel}\n")
    return file


def install(
    environment: Path, requirements: Path, installer: str, python: Path = Path(sys.executable)
) -> subprocess.CompletedProcess[str]:
    """Call the installer as the Makefile does, without this machine's pip settings."""
    command = [python, "-m", "ops.installer", "--installer", installer]
    return subprocess.run(
        [*command, environment, requirements, "what a test needs"],
        cwd=PROJECT,
        env=without_pip_settings(),
        capture_output=True,
        text=True,
    )


def without_pip_settings(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, **variables}


def level(environment: Path) -> str:
    command = [environment / "bin" / "python", "-c", "import brightness; print(brightness.LEVEL)"]
    return subprocess.check_output(command, text=True)


@pytest.mark.parametrize("installer", INSTALLERS)
def test_an_installation_prints_one_line(
    installer: str, tmp_path: Path, requirements: Path
) -> None:
    done = install(tmp_path / "environment", requirements, installer)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Installing what a test needs ({requirements}) ...\n"
    assert level(tmp_path / "environment") == "11\n"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_failed_installation_shows_the_installers_output(
    installer: str, tmp_path: Path, requirements: Path
) -> None:
    missing = tmp_path / "darkness-1.0-py3-none-any.whl"
    requirements.write_text(f"{missing}\n")
    done = install(tmp_path / "environment", requirements, installer)
    assert done.returncode == 1
    assert str(missing) in done.stderr
    assert "Installing what a test needs failed" in done.stderr


def test_an_environment_whose_installation_was_interrupted_is_reinstalled(
    tmp_path: Path, requirements: Path
) -> None:
    main = tmp_path / "main"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", main], check=True)
    (site,) = main.glob("lib/python*/site-packages")
    half = site / "brightness-1.0.dist-info"
    half.mkdir()
    (half / "METADATA").write_text("Metadata-Version: 2.1\nName: brightness\nVersion: 1.0\n")
    (main / "installing.lock").write_text("the folder's state before")
    done = install(main, requirements, "pip", main / "bin" / "python")
    assert (done.returncode, done.stderr) == (0, "")
    assert "reinstalling its packages" in done.stdout
    assert level(main) == "11\n"
    (site / "brightness.py").unlink()
    again = install(main, requirements, "pip", main / "bin" / "python")
    assert again.stdout == f"Installing what a test needs ({requirements}) ...\n"


def test_the_environments_chalice_is_this_projects(tmp_path: Path, requirements: Path) -> None:
    with zipfile.ZipFile(requirements.read_text().strip(), "a") as wheel:
        script = "[console_scripts]\nchalice = brightness:LEVEL\n"
        wheel.writestr("brightness-1.0.dist-info/entry_points.txt", script)
    done = install(tmp_path / "environment", requirements, "pip")
    assert (done.returncode, done.stderr) == (0, "")
    program = tmp_path / "environment" / "bin" / "chalice"
    lines = program.read_text().splitlines()
    assert lines[0] == f"#!{tmp_path}/environment/bin/python"
    assert lines[2:4] == [
        f"sys.path.insert(0, '{PROJECT}')",
        "from ops.deploy.chalice_cli import main",
    ]


@pytest.mark.parametrize(
    ("setting", "chosen"),
    [
        ("PIP_INDEX_URL", "pip"),
        ("PIP_PROXY", "pip"),
        ("PIP_EXTRA_INDEX_URL", "uv"),
        ("PIP_CERT", "uv"),
    ],
)
def test_pip_is_used_if_uv_would_ignore_its_settings(setting: str, chosen: str) -> None:
    code = "from ops.installer import _choose, _pip_settings; print(_choose(_pip_settings()))"
    environment = without_pip_settings(**{setting: "http://127.0.0.1:9/simple"})
    command = [sys.executable, "-c", code]
    output = subprocess.check_output(command, cwd=PROJECT, env=environment, text=True)
    assert output.splitlines()[-1] == chosen
    assert (setting.removeprefix("PIP_").lower().replace("_", "-") in output) == (chosen == "pip")


def test_a_failed_installation_leaves_no_stamp_and_the_next_make_completes_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "packages" / "client").mkdir(parents=True)
    client = "packages/client/pyproject.toml"
    for name in ("Makefile", "requirements.txt", "requirements-local.txt", client):
        shutil.copy(PROJECT / name, tmp_path / name)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    (tmp_path / ".venv" / "python.stamp").touch()
    python.write_text("#!/bin/sh\necho 'No space left on device' >&2\nexit 1\n")
    python.chmod(0o755)
    command = ["make", "--no-print-directory", ".venv/local.stamp"]
    failed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert failed.returncode
    assert "No space left on device" in failed.stderr
    assert not (tmp_path / ".venv" / "local.stamp").exists()
    python.write_text("#!/bin/sh\n")
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / ".venv" / "local.stamp").exists()


def test_a_python_that_pyenv_has_not_activated_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "versions" / "3.99.1" / "bin" / "python3.99"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho {python}\n")
    python.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert _interpreter("3.99") == str(python)


def test_the_running_python_serves_for_its_own_version() -> None:
    assert _interpreter(f"{sys.version_info.major}.{sys.version_info.minor}") == sys.executable
