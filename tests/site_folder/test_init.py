"""`init`: the site folder is created, with what was changed in tracked files."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ops.__main__ import main
from ops.project import PROJECT
from ops.site_folder import checkout, checks, creation, stages, variants
from ops.site_folder.takeover import CONFIG, STRINGS, STYLE, TABLE
from tests.waiting import GENEROUS

TRACKED = (TABLE, CONFIG, STRINGS, STYLE)
SQUARE = "\n[square]\nwidth = 64\nwatermark = { file = 'logo.png' }\n"
UPLOADS = "darkroom-prod-uploads-123456789012-eu-central-1"


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Ann", "-c", "user.email=ann@photos.example")
    command = ["git", *author, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def init(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["init", *arguments])


def succeeded(*arguments: str) -> str:
    result = init(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tracked files of a checkout that is no git repository."""
    made = tmp_path / "old"
    for path in TRACKED:
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / path, made / path)
    (made / "vendor").mkdir()
    return made


@pytest.fixture
def repository(folder: Path) -> Path:
    """The same in a git repository."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Darkroom's own")
    return folder


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text()))


def add_variant(old: Path) -> None:
    edit(old / TABLE, lambda text: text + SQUARE)
    (old / "vendor/logo.png").write_bytes(b"a mark")


def record_stage(old: Path, **more: object) -> None:
    def change(text: str) -> str:
        config = json.loads(text)
        variables = {"UPLOADS_BUCKET": UPLOADS, "KEEP_CREDITS": "true"}
        prod = json.loads(json.dumps(config["stages"]["dev"]).replace("policy-dev", "policy-prod"))
        config["stages"]["prod"] = {**prod, "environment_variables": variables, **more}
        return json.dumps(config)

    edit(old / CONFIG, change)


def translate(old: Path) -> None:
    edit(old / STRINGS, lambda text: text.replace('"Add photos"', '"Fotos hinzufügen"'))


def test_a_new_folder_has_the_defaults_as_comments(site: Path) -> None:
    succeeded()
    written = {path.name: path.read_text() for path in site.iterdir()}
    assert written == dict(creation.templates())
    assert "# [1080p]" in written["variants.toml"]
    assert "# sweep = { lambda_memory_size = 1024" in written["stages.toml"]
    assert '//   addTitle: "Add photos",' in written["strings.js"]
    assert "  --safelight: light-dark(" in written["theme.css"]
    assert (checks.check(), checks.files()) == ([], [])


def test_the_settings_in_its_comments_are_valid(site: Path) -> None:
    lines = creation.templates()["stages.toml"].splitlines()
    examples = [line[2:] for line in lines if line.startswith("# [") or " = " in line]
    (site / "stages.toml").write_text("\n".join(examples))
    assert stages.own_stages().keys() == {"local", "prod"}


def test_the_folder_that_the_variable_names_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARKROOM_SITE", str(tmp_path / "deep" / "mine"))
    succeeded()
    assert (tmp_path / "deep" / "mine" / "stages.toml").exists()


def test_existing_files_are_not_changed(site: Path, repository: Path) -> None:
    add_variant(repository)
    (site / "variants.toml").write_text("[mine]\nwidth = 5\n")
    (site / "theme.css").write_text("h1 {}")
    output = succeeded("--from", str(repository), "--restore")
    assert (site / "variants.toml").read_text() == "[mine]\nwidth = 5\n"
    assert (site / "theme.css").read_text() == "h1 {}"
    assert f"{site}/variants.toml exists, and is not changed." in output
    assert SQUARE in (repository / TABLE).read_text()


def test_files_that_are_still_as_created_are_filled(site: Path, repository: Path) -> None:
    succeeded()
    add_variant(repository)
    succeeded("--from", str(repository))
    assert variants.table() == site / "variants.toml"


def test_a_dry_run_writes_nothing(site: Path, repository: Path) -> None:
    add_variant(repository)
    output = succeeded("--from", str(repository), "--restore", "--dry-run")
    assert "the table of 1080p, 720p, mobile, thumbnail, square" in output
    assert list(site.iterdir()) == []
    assert SQUARE in (repository / TABLE).read_text()


def test_changed_variants_are_taken_over_with_their_watermark(site: Path, repository: Path) -> None:
    add_variant(repository)
    succeeded("--from", str(repository))
    assert (site / "variants.toml").read_bytes() == (repository / TABLE).read_bytes()
    assert (site / "logo.png").read_bytes() == b"a mark"


def test_a_recorded_stage_is_taken_over_without_the_defaults(site: Path, repository: Path) -> None:
    record_stage(repository, xray=True)
    succeeded("--from", str(repository))
    assert stages.own_stages()["prod"] == {
        "environment_variables": {"UPLOADS_BUCKET": UPLOADS, "KEEP_CREDITS": "true"},
        "xray": True,
    }
    assert (site / "stages.toml").read_text().startswith(creation.templates()["stages.toml"])


def test_stages_are_added_to_those_that_the_folder_has(site: Path, repository: Path) -> None:
    (site / "stages.toml").write_text("[qa.tags]\nA = 'b'\n")
    record_stage(repository)
    succeeded("--from", str(repository))
    assert stages.own_stages().keys() == {"qa", "prod"}


@pytest.mark.usefixtures("site")
def test_changed_sizes_of_dev_are_taken_over(repository: Path) -> None:
    edit(
        repository / CONFIG,
        lambda text: text.replace('lambda_timeout": 300', 'lambda_timeout": 301'),
    )
    succeeded("--from", str(repository))
    assert stages.own_stages() == {"dev": {"lambda_functions": {"sweep": {"lambda_timeout": 301}}}}


def test_changed_texts_are_taken_over(site: Path, repository: Path) -> None:
    translate(repository)
    succeeded("--from", str(repository))
    assert (site / "strings.js").read_text() == (
        'Object.assign(strings, {\n  addTitle: "Fotos hinzufügen",\n});\n'
    )


@pytest.mark.usefixtures("site")
def test_restoring_leaves_only_what_was_not_taken_over(repository: Path) -> None:
    for change in (add_variant, record_stage, translate):
        change(repository)
    edit(repository / STYLE, lambda text: text + "h1 { color: red; }")
    output = succeeded("--from", str(repository), "--restore")
    assert git(repository, "diff", "--name-only").split() == [STYLE]
    assert f"{STYLE}: move your changes into theme.css." in output


@pytest.mark.usefixtures("site")
def test_without_a_terminal_the_command_is_shown_and_not_run(repository: Path) -> None:
    translate(repository)
    output = succeeded("--from", str(repository))
    assert f"git -C {repository} restore --staged --worktree -- {STRINGS}" in output
    assert git(repository, "diff", "--name-only").split() == [STRINGS]


@pytest.mark.parametrize(("answer", "left"), [("y\n", []), ("n\n", [STRINGS])])
def test_at_a_terminal_it_asks(site: Path, repository: Path, answer: str, left: list[str]) -> None:
    translate(repository)
    typist, terminal = pty.openpty()
    try:
        os.write(typist, answer.encode())
        subprocess.run(
            [sys.executable, "-m", "ops", "init", "--from", str(repository)],
            cwd=PROJECT,
            env={**os.environ, "DARKROOM_SITE": str(site)},
            stdin=terminal,
            capture_output=True,
            check=True,
            timeout=GENEROUS,
        )
    finally:
        os.close(typist)
        os.close(terminal)
    assert git(repository, "diff", "--name-only").split() == left


@pytest.mark.usefixtures("site")
def test_changes_that_are_committed_are_found_with_their_base(repository: Path) -> None:
    translate(repository)
    git(repository, "commit", "--quiet", "--all", "--message", "Ours")
    assert "the changed texts" not in succeeded("--from", str(repository), "--dry-run")
    assert "the changed texts" in succeeded("--from", str(repository), "--base", "HEAD^")
    output = succeeded("--from", str(repository), "--base", "HEAD^")  # a second time
    assert f"restore --staged --worktree --source HEAD^ -- {STRINGS}" in output


def test_a_stash_can_be_taken_over(
    site: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_variant(repository)
    git(repository, "stash")
    monkeypatch.setattr(checkout, "PROJECT", repository)
    succeeded("--from", "stash@{0}")
    assert SQUARE in (site / "variants.toml").read_text()


def test_a_copy_without_git_is_compared_with_this_version(site: Path, folder: Path) -> None:
    for change in (add_variant, record_stage, translate):
        change(folder)
    output = succeeded("--from", str(folder))
    assert SQUARE in (site / "variants.toml").read_text()
    assert "Fotos" in (site / "strings.js").read_text()
    assert "prod" in stages.own_stages()
    assert "git -C" not in output


def test_this_checkout_without_git_keeps_its_variants_and_gives_its_stages(
    site: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_variant(folder)
    record_stage(folder)
    monkeypatch.setattr(checkout, "PROJECT", folder)
    monkeypatch.setattr("ops.commands.init.PROJECT", folder)
    succeeded()
    assert (site / "variants.toml").read_text() == creation.templates()["variants.toml"]
    assert stages.own_stages().keys() == {"prod"}


@pytest.mark.parametrize(
    ("path", "content", "sentence"),
    [
        (TABLE, "[square\n", f"{TABLE} of "),
        (CONFIG, "{", f"{CONFIG} of "),
        (STRINGS, "export const strings = {", f"{STRINGS} of "),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(
    site: Path, repository: Path, path: str, content: str, sentence: str
) -> None:
    (repository / path).write_text(content)
    result = init("--from", str(repository))
    assert (result.exit_code, sentence in result.output) == (1, True)
    assert list(site.iterdir()) == []


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--from", "/"), "/ is no checkout of Darkroom."),
        (("--from", "no/such/thing"), "has no commit no/such/thing^."),
        (("--base", "nothing"), "has no commit nothing."),
    ],
)
def test_what_cannot_be_compared_is_named(arguments: tuple[str, ...], sentence: str) -> None:
    result = init(*arguments)
    assert (result.exit_code, sentence in result.output) == (1, True)
