"""Formats that are switched on in one word: by make, and in a stage's settings and layer."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from chalice.cli.factory import CLIFactory
from chalice.deploy import deployer

from ops.commands.package import _variables
from ops.packaging import chalice, libraries, optional_packages
from ops.packaging.packagers import LayerPackager
from ops.project import PROJECT
from ops.site_folder import stages

C2PA = PROJECT / "requirements-c2pa.txt"
HEIC = PROJECT / "requirements-heic.txt"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty site folder."""
    monkeypatch.setenv("DARKROOM_SITE", str(tmp_path))
    return tmp_path


def made(*words: str) -> list[str]:
    """The commands that make would run in a checkout where everything else is set up."""
    command = ["make", "--no-print-directory", "--dry-run", *words]
    folder = PROJECT
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True
    ).stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (("run",), "ops run "),
        (("run", "HEIC=1"), "ops run --heic"),
        (("run", "HEIC=0"), "ops run --no-heic"),
        (("deploy", "STAGE=x"), 'deploy --stage "x"  '),
        (("deploy", "STAGE=x", "HEIC=1"), 'deploy --stage "x" --heic'),
        (("deploy", "STAGE=x", "HEIC=0"), 'deploy --stage "x" --no-heic'),
        (("package", "HEIC=1"), "ops package --heic"),
        (("package", "HEIC=1", "JXL=1"), "ops package --heic --jxl"),
        (("run", "C2PA=1"), "ops run   --c2pa"),
        (("deploy", "STAGE=x", "C2PA=1"), 'deploy --stage "x"   --c2pa'),
        (("deploy", "STAGE=x", "JXL=0"), 'deploy --stage "x"  --no-jxl'),
    ],
)
def test_make_takes_a_format_as_one_word(words: tuple[str, ...], last: str) -> None:
    assert last.rstrip() in made(*words)[-1]
    if not any("=1" in word or "=0" in word for word in words):
        assert "heic" not in made(*words)[-1]


def test_make_run_installs_and_explains_a_format_once(tmp_path: Path) -> None:
    (tmp_path / "packages" / "client").mkdir(parents=True)
    names = ("Makefile", *(f"requirements{name}.txt" for name in ("", "-local", "-heic")))
    for name in (*names, "packages/client/pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").write_text('#!/bin/sh\necho "$@"\n')
    (binaries / "python").chmod(0o755)
    for stamp in ("python", "local"):
        (tmp_path / ".venv" / f"{stamp}.stamp").touch()
    command = ["make", "--no-print-directory", "run"]

    def run(*words: str) -> str:
        done = subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True)
        return done.stdout

    first, second = run("HEIC=1"), run("HEIC=1")
    assert "requirements-heic.txt" in first
    assert "ops.packaging.optional_packages heic" in first
    assert second == "-m ops run --heic\n"
    assert run() == "-m ops run\n"


def test_a_licence_is_explained_when_a_format_is_switched_on() -> None:
    on, off = {"ALLOW_HEIC": "1"}, {"ALLOW_HEIC": "0"}
    (explanation,) = optional_packages.explanations({}, on)
    assert all(word in explanation for word in ("LGPL", "GPL-2.0", "patents", "0009-heic.md"))
    assert optional_packages.explanations(off, on) == [explanation]
    assert optional_packages.explanations(on, on) == []
    assert optional_packages.explanations({}, off) == []
    assert optional_packages.explanations({}, {}) == []


def test_what_signs_is_explained_when_it_is_switched_on() -> None:
    (explanation,) = optional_packages.explanations({}, {"SIGN_RENDITIONS": "1"})
    assert "docs/content-credentials.md" in explanation
    assert optional_packages.requirements({"SIGN_RENDITIONS": "1"}) == [C2PA]
    assert optional_packages.libraries({"SIGN_RENDITIONS": "1"}) == ("c2pa/libs/libc2pa_c.so",)


@pytest.mark.parametrize(("value", "files"), [("1", [HEIC]), ("true", [HEIC]), ("0", []), ("", [])])
def test_the_packages_follow_from_the_settings(value: str, files: list[Path]) -> None:
    assert optional_packages.requirements({"ALLOW_HEIC": value}) == files


def test_packaging_records_a_format_and_keeps_what_the_user_wrote(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "stages.toml").write_text("# ours\n[prod.environment_variables]\nKEEP_CREDITS = true\n")
    assert _variables("prod", {"ALLOW_HEIC": "1"})["ALLOW_HEIC"] == "1"
    text = (site / "stages.toml").read_text()
    assert text.startswith("# ours\n[prod.environment_variables]\nKEEP_CREDITS = true\n")
    assert 'ALLOW_HEIC = "1"' in text
    assert "LGPL" in capsys.readouterr().out
    assert _variables("prod", {})["ALLOW_HEIC"] == "1"
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("site")
def test_a_stages_layer_has_the_packages_of_its_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    stages.choose("prod", {"ALLOW_HEIC": "1"})
    for name in ("load_project_config", "create_config_obj"):
        monkeypatch.setattr(CLIFactory, name, getattr(CLIFactory, name))
    for name in ("AppOnlyDeploymentPackager", "LayerDeploymentPackager"):
        monkeypatch.setattr(deployer, name, getattr(deployer, name))
    monkeypatch.setattr(chalice.factory, "create_app_packager", None)
    monkeypatch.setattr(chalice, "use_own_answers", lambda: None)
    chalice.extend()
    for stage, files in (("prod", [HEIC]), ("dev", [])):
        CLIFactory(str(PROJECT)).create_config_obj(stage)
        packager: Any = deployer.LayerDeploymentPackager  # type: ignore[attr-defined]
        assert packager.keywords == {"further": files}


class Builder:
    """Records the requirements that it is to install."""

    text = ""

    def build_site_packages(self, _abi: str, requirements: str, site: str) -> None:
        self.text = Path(requirements).read_text()
        Path(site).mkdir()


def test_a_layer_is_built_from_all_its_requirements(tmp_path: Path) -> None:
    builder: Any = Builder()
    libraries.install(builder, "cp313", PROJECT, tmp_path / "site", [HEIC])
    assert "pillow==" in builder.text
    assert "pillow-heif==" in builder.text
    assert "chalice==" not in builder.text


def test_layers_with_different_formats_have_different_names() -> None:
    plain, with_heic = (
        LayerPackager(None, None, None, further=further).deployment_package_filename(
            str(PROJECT), "python3.13"
        )
        for further in ((), (HEIC,))
    )
    assert plain != with_heic
