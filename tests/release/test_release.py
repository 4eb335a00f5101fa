"""A release in a repository of its own: commit, tag, changelog, version, artifacts, refusals."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops.release import sbom, versions
from tests.release.checkout import Checkout, checkout
from tests.stack.running import is_alive, users_environment
from tests.waiting import GENEROUS, until

VERSION = "7.8.9"


@dataclass(frozen=True)
class Released:
    """A checkout in which a release was made."""

    checkout: Checkout
    before: str
    output: str

    @property
    def artifacts(self) -> Path:
        return self.checkout.root / "dist" / "release"

    @property
    def bill(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(
            (self.artifacts / f"darkroom-{VERSION}.cdx.json").read_text()
        )
        return content


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    made = checkout(tmp_path_factory.mktemp("released"))
    # Of an earlier version, as `make packages` may have left it.
    packages = made.root / "dist" / "packages"
    packages.mkdir(parents=True)
    (packages / "darkroom_client-0.0.1.tar.gz").write_bytes(b"a package")
    before = made.git("rev-parse", "HEAD")
    done = made.ops("release", VERSION, "--no-tests")
    assert done.returncode == 0, done.stdout + done.stderr
    return Released(made, before, done.stdout)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return checkout(tmp_path_factory.mktemp("refused"))


@pytest.fixture
def fresh(shared: Checkout) -> Iterator[Checkout]:
    """A checkout in which no release was made; it is as before after each test."""
    commit = shared.git("rev-parse", "HEAD")
    yield shared
    shared.git("switch", "--quiet", "--force", "main")
    shared.git("reset", "--quiet", "--hard", commit)
    shared.git("clean", "--quiet", "--force")
    for tag in shared.git("tag").split():
        shared.git("tag", "--delete", tag)


def test_one_commit_is_added(released: Released) -> None:
    assert released.checkout.git("rev-parse", "HEAD~1") == released.before
    assert released.checkout.git("log", "-1", "--format=%s") == f"Release {VERSION}"


def test_the_tag_is_annotated_and_names_the_commit(released: Released) -> None:
    assert released.checkout.git("cat-file", "-t", f"v{VERSION}") == "tag"
    assert released.checkout.git("rev-list", "-1", f"v{VERSION}") == released.checkout.git(
        "rev-parse", "HEAD"
    )


def test_nothing_is_left_uncommitted(released: Released) -> None:
    assert released.checkout.git("status", "--porcelain") == ""


def test_every_place_states_the_version(released: Released) -> None:
    assert versions.current(released.checkout.root) == VERSION
    assert versions.differing(released.checkout.root) == {}


def test_the_command_line_states_the_version(released: Released) -> None:
    assert VERSION in released.checkout.ops("--version").stdout


def test_the_changelog_has_the_version_with_todays_date(released: Released) -> None:
    heading = f"## Unreleased\n\n## [{VERSION}] - {datetime.now(UTC):%Y-%m-%d}\n"
    assert heading in released.checkout.read("CHANGELOG.md")


def test_generated_documents_are_those_of_the_version(released: Released) -> None:
    assert released.checkout.ops("openapi").returncode == 0
    assert released.checkout.git("status", "--porcelain") == ""


def test_the_output_has_the_command_that_pushes(released: Released) -> None:
    assert f"git push --atomic origin main v{VERSION}" in released.output


def test_the_checksums_are_those_of_all_artifacts(released: Released) -> None:
    subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=released.artifacts, check=True
    )
    lines = (released.artifacts / "SHA256SUMS").read_text().splitlines()
    listed = {line.split()[1] for line in lines}
    assert {file.name for file in released.artifacts.iterdir()} == {*listed, "SHA256SUMS"}


def test_the_packages_of_this_version_alone_are_among_the_artifacts(released: Released) -> None:
    assert sorted(file.name for file in released.artifacts.glob("*client*")) == [
        f"darkroom_client-{VERSION}-py3-none-any.whl",
        f"darkroom_client-{VERSION}.tar.gz",
    ]


def test_the_archive_has_what_a_deployment_needs(released: Released) -> None:
    with zipfile.ZipFile(released.artifacts / f"darkroom-{VERSION}.zip") as archive:
        assert {
            "LICENSE",
            "chalice.tf.json",
            "delivery.yaml",
            "deployment.zip",
            "layer-deployment.zip",
            "page/index.html",
            "page/bundle/uploader.js",
            "sam.json",
            "stores.yaml",
            "watch.yaml",
        } <= {*archive.namelist()}
        assert f"Value: {VERSION}\n" in archive.read("stores.yaml").decode()


def test_the_functions_in_the_archive_have_the_version(released: Released) -> None:
    with (
        zipfile.ZipFile(released.artifacts / f"darkroom-{VERSION}.zip") as archive,
        archive.open("deployment.zip") as packed,
        zipfile.ZipFile(packed) as code,
    ):
        assert f'__version__ = "{VERSION}"' in code.read("chalicelib/__init__.py").decode()


def test_the_bill_of_materials_is_valid(released: Released) -> None:
    bill = released.artifacts / f"darkroom-{VERSION}.cdx.json"
    program = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
"""
    python = sbom.TOOLS / "python"
    assert python.exists(), "`make .venv/release.stamp` installs CycloneDX's library."
    done = subprocess.run([python, "-c", program, bill], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_the_bill_names_the_archive_by_its_checksum(released: Released) -> None:
    component = released.bill["metadata"]["component"]
    (checksum,) = component["hashes"]
    assert component["version"] == VERSION
    assert (
        f"{checksum['content']}  darkroom-{VERSION}.zip\n"
        in (released.artifacts / "SHA256SUMS").read_text()
    )


def test_the_bill_has_what_an_attestation_requires(released: Released) -> None:
    # actions/attest-sbom recognizes CycloneDX by these.
    assert released.bill["bomFormat"] == "CycloneDX"
    assert released.bill["serialNumber"].startswith("urn:uuid:")
    assert released.bill["specVersion"] == "1.6"


def test_the_bill_lists_exactly_the_pinned_requirements(released: Released) -> None:
    pins = [
        line.partition(";")[0].partition("#")[0].strip().lower()
        for line in released.checkout.read("requirements.txt").splitlines()
    ]
    listed = {f"{c['name'].lower()}=={c['version']}" for c in released.bill["components"]}
    assert listed == {pin for pin in pins if pin}


def test_every_library_in_the_bill_has_a_licence(released: Released) -> None:
    assert [c["name"] for c in released.bill["components"] if not c.get("licenses")] == []


def test_the_bill_lists_what_libraries_contain(released: Released) -> None:
    parts = {c["name"]: c.get("components", []) for c in released.bill["components"]}
    assert "openssl" in {part["name"] for part in parts["cryptography"]}
    assert any(p["name"].startswith("pillow.libs/libwebp-") for p in parts["pillow"])
    assert all(p["hashes"] for p in parts["pillow"] if p["type"] == "file")


def test_a_second_build_has_the_same_bytes(released: Released, tmp_path: Path) -> None:
    for cached in (released.checkout.root / ".chalice" / "deployments").glob("appcode-*"):
        cached.unlink()
    done = released.checkout.ops("artifacts", "--out", str(tmp_path / "again"))
    assert done.returncode == 0, done.stdout + done.stderr
    again = (tmp_path / "again" / "SHA256SUMS").read_text()
    assert again == (released.artifacts / "SHA256SUMS").read_text()


def test_a_users_own_settings_are_not_in_the_artifacts(released: Released, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "stages.toml").write_text('[dev.environment_variables]\nMAX_BYTES = "12345678"\n')
    out = tmp_path / "own"
    done = released.checkout.ops("artifacts", "--out", str(out), DARKROOM_SITE=str(site))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "SHA256SUMS").read_text() == (released.artifacts / "SHA256SUMS").read_text()


def test_artifacts_do_not_replace_other_files(released: Released, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = released.checkout.ops("artifacts", "--out", str(tmp_path))
    assert done.returncode == 1
    assert "has other files, which are not replaced" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_notes_of_a_release_are_its_section_of_the_changelog(released: Released) -> None:
    notes = subprocess.run(
        [sys.executable, "-m", "ops.release.changelog", f"v{VERSION}"],
        cwd=released.checkout.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert notes.stdout.startswith("### Added\n\n- ")


def refused(checkout: Checkout, version: str = VERSION, *options: str) -> str:
    """What the refusal of a release says; it must leave everything as it was."""
    before = checkout.state()
    done = checkout.ops("release", version, "--no-tests", *options)
    assert done.returncode == 1, done.stdout
    assert checkout.state() == before
    return done.stderr


def test_a_version_with_a_suffix_is_refused(fresh: Checkout) -> None:
    assert "'1.0.0-rc.1' is not a version" in refused(fresh, "1.0.0-rc.1")


def test_changes_that_are_not_committed_are_refused(fresh: Checkout) -> None:
    fresh.change("app.py", "import", "import ")
    assert "There are changes that are not committed" in refused(fresh)


def test_an_untracked_file_is_refused(fresh: Checkout) -> None:
    (fresh.root / "chalicelib" / "more.py").write_text("")
    assert "chalicelib/more.py" in refused(fresh)


def test_another_branch_than_main_is_refused(fresh: Checkout) -> None:
    fresh.git("switch", "--quiet", "--create", "other")
    assert "git switch main" in refused(fresh)


def test_a_folder_without_a_repository_is_refused(fresh: Checkout, tmp_path: Path) -> None:
    for name in ("chalicelib", "ops", ".chalice"):
        shutil.copytree(fresh.root / name, tmp_path / name)
    done = Checkout(tmp_path).ops("release", VERSION, "--no-tests")
    assert (done.returncode, "is no git repository" in done.stderr) == (1, True)


@pytest.mark.parametrize("version", ["8.0.0", "8.0.1"])
def test_a_version_that_is_not_higher_than_the_last_tag_is_refused(
    fresh: Checkout, version: str
) -> None:
    fresh.git("tag", "v8.0.1")
    assert f"{version} is not higher than 8.0.1" in refused(fresh, version)


def test_a_version_below_the_present_one_is_refused(fresh: Checkout) -> None:
    assert "is lower than" in refused(fresh, "0.0.1")


def test_a_changelog_with_nothing_new_is_refused(fresh: Checkout) -> None:
    text = fresh.read("CHANGELOG.md")
    (fresh.root / "CHANGELOG.md").write_text(
        text[: text.index("## Unreleased")] + "## Unreleased\n"
    )
    fresh.git("commit", "--quiet", "--all", "--message", "Empty")
    assert 'Nothing is listed under "Unreleased"' in refused(fresh)


def test_a_place_with_another_version_is_refused(fresh: Checkout) -> None:
    present = versions.current(fresh.root)
    fresh.change("infrastructure/stores.yaml", f"Value: {present}", "Value: 0.0.7")
    fresh.git("commit", "--quiet", "--all", "--message", "Differs")
    assert "infrastructure/stores.yaml (0.0.7)" in refused(fresh)


def test_a_failed_packaging_leaves_everything_as_it_was(fresh: Checkout) -> None:
    fresh.change("ops/packaging/archives.py", "def pack(", "def packed(")
    fresh.git("commit", "--quiet", "--all", "--message", "Broken")
    assert "ImportError" in refused(fresh) or "failed" in refused(fresh)


def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(fresh: Checkout) -> None:
    hook = fresh.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho the hook refuses >&2\nexit 1\n")
    hook.chmod(0o755)
    try:
        assert "the hook refuses" in refused(fresh)
    finally:
        hook.unlink()


def test_a_tag_that_cannot_be_added_undoes_the_commit(fresh: Checkout) -> None:
    # A tag below which there are others takes the name of a folder.
    fresh.git("tag", f"v{VERSION}/other")
    assert "git tag --annotate" in refused(fresh)


@pytest.mark.parametrize("target", ["check", "test"])
def test_a_failed_make_target_leaves_everything_as_it_was(fresh: Checkout, target: str) -> None:
    stub = f"check test:\n\t@test $@ != {target}\n"
    (fresh.root / "Makefile").write_text(stub)
    fresh.git("commit", "--quiet", "--all", "--message", "Stub")
    before = fresh.state()
    done = fresh.ops("release", VERSION)
    assert done.returncode == 1
    assert f"`make {target}` failed" in done.stderr
    assert fresh.state() == before


def test_a_release_that_is_ended_leaves_everything_as_it_was_and_nothing_running(
    fresh: Checkout,
) -> None:
    (fresh.root / "dist").mkdir(exist_ok=True)
    note = fresh.root / "dist" / "pid"
    stub = "check:\n\t@echo $$$$ > dist/pid.new && mv dist/pid.new dist/pid && exec sleep 3600\n"
    (fresh.root / "Makefile").write_text(stub)
    fresh.git("commit", "--quiet", "--all", "--message", "Stub")
    before = fresh.state()
    with subprocess.Popen(
        [sys.executable, "-m", "ops", "release", VERSION],
        cwd=fresh.root,
        env=users_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            pid = int(until(lambda: note.exists() and note.read_text()))
            process.terminate()
            _, error = process.communicate(timeout=GENEROUS)
        finally:
            process.kill()
    assert (process.returncode, error.splitlines()[-1]) == (130, "Stopped.")
    assert fresh.state() == before
    until(lambda: not is_alive(pid))


def test_files_that_somebody_edits_meanwhile_are_kept_by_a_failure(fresh: Checkout) -> None:
    (fresh.root / "Makefile").write_text("check:\n\t@echo edited > LICENSE; false\n")
    fresh.git("commit", "--quiet", "--all", "--message", "Stub")
    assert fresh.ops("release", VERSION).returncode == 1
    assert fresh.read("LICENSE") == "edited\n"
    assert fresh.git("status", "--porcelain") == "M LICENSE"


def test_a_commit_that_somebody_adds_meanwhile_is_kept_and_not_released(fresh: Checkout) -> None:
    commit = "git -c user.name=A -c user.email=a@example.com commit --quiet --allow-empty -m More"
    (fresh.root / "Makefile").write_text(f"check:\n\ntest:\n\t@{commit}\n")
    fresh.git("commit", "--quiet", "--all", "--message", "Stub")
    done = fresh.ops("release", VERSION)
    assert "main has new commits, which were not tested" in done.stderr
    assert fresh.git("log", "-1", "--format=%s") == "More"
    assert (fresh.git("tag"), fresh.git("status", "--porcelain")) == ("", "")


def test_a_dry_run_shows_every_change_and_makes_none(fresh: Checkout) -> None:
    before = fresh.state()
    done = fresh.ops("release", VERSION, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert fresh.state() == before
    assert f'+__version__ = "{VERSION}"' in done.stdout
    assert f"+## [{VERSION}] - " in done.stdout
    assert f"the tag v{VERSION}" in done.stdout


def test_the_first_release_may_have_the_present_version(fresh: Checkout) -> None:
    present = versions.current(fresh.root)
    assert fresh.ops("release", present, "--dry-run").returncode == 0
