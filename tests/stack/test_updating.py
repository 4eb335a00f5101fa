"""An update from commit 163eb3f, whose users edited tracked files, to this version.

The archive has the files of that commit that users edited, and .gitignore.
"""

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ops.project import PROJECT
from tests.e2e.client import ApiClient
from tests.pictures import encoded, jpeg, photo
from tests.stack.running import Stack, running_stack, users_environment
from tests.stack.test_credentials import copied
from tests.waiting import GENEROUS

ARCHIVE = Path(__file__).parent / "data" / "163eb3f.tar.xz"
SQUARE = """
[square]
width = 64
height = 64
fit = "cover"
watermark = { file = "logo.png" }
"""
CONFIGURED = """
import json
from ops.iam.names import configuration_of
print(json.dumps(configuration_of("prod")))
"""
CHANGED = (".chalice/config.json", "chalicelib/variants.toml", "frontend/strings.js")


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Ann", "-c", "user.email=ann@photos.example")
    done = subprocess.run(
        ["git", *author, *arguments], cwd=folder, capture_output=True, text=True, timeout=GENEROUS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A version")


def run(project: Path, *arguments: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**users_environment(), "DARKROOM_SITE": "", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def edit_as_its_users_did(checkout: Path) -> None:
    """Add a variant with a watermark, deploy a stage, and translate two texts."""
    with (checkout / "chalicelib/variants.toml").open("a") as table:
        table.write(SQUARE)
    (checkout / "vendor/logo.png").write_bytes(encoded(photo(20, 10), "PNG"))
    file = checkout / ".chalice/config.json"
    config = json.loads(file.read_text())
    prod = json.loads(json.dumps(config["stages"]["dev"]).replace("policy-dev", "policy-prod"))
    prod["environment_variables"] |= {
        "UPLOADS_BUCKET": "darkroom-prod-uploads-123456789012-eu-central-1",
        "KEEP_CREDITS": "true",
    }
    prod["lambda_functions"]["sweep"]["lambda_timeout"] = 400
    config["stages"]["prod"] = prod
    file.write_text(json.dumps(config, indent=2))
    file = checkout / "frontend/strings.js"
    text = file.read_text().replace('"Add photos"', '"Fotos hinzufügen"')
    file.write_text(text.replace('ready: "Ready"', 'ready: "Fertig"'))


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose last commit is that version."""
    folder = tmp_path_factory.mktemp("upstream")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


@pytest.fixture(scope="module", params=["another checkout", "a stash"])
def updated(
    request: pytest.FixtureRequest, upstream: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, bytes]]:
    """A user's checkout after the update, and its site folder before `git pull` or after `init`."""
    home = tmp_path_factory.mktemp("home")
    first = git(upstream, "rev-list", "--max-parents=0", "HEAD").strip()
    git(upstream, "reset", "--hard", "--quiet", first)
    git(home, "clone", "--quiet", str(upstream), "darkroom")
    checkout = home / "darkroom"
    edit_as_its_users_did(checkout)
    for path in upstream.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    copied(PROJECT, upstream)
    commit(upstream)
    if request.param == "a stash":
        git(checkout, "stash")
        git(checkout, "pull", "--quiet")
        run(checkout, "-m", "ops", "init", "--from", "stash@{0}")
        return checkout, content(checkout)
    git(home, "clone", "--quiet", str(upstream), "new")
    site = str(checkout / "site")
    init = ("-m", "ops", "init", "--from", str(checkout), "--restore")
    run(home / "new", *init, DARKROOM_SITE=site)
    before = content(checkout)
    git(checkout, "pull", "--quiet")
    return checkout, before


def content(checkout: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (checkout / "site").iterdir()}


@pytest.fixture(scope="module")
def stack(
    updated: tuple[Path, dict[str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("data")
    with running_stack(data, updated[0], DARKROOM_SITE="") as stack:
        yield stack


def test_tracked_files_are_those_of_the_new_version(updated: tuple[Path, dict[str, bytes]]) -> None:
    checkout, _ = updated
    assert git(checkout, "status", "--porcelain", "--untracked-files=no") == ""
    for path in CHANGED:
        assert (checkout / path).read_bytes() == (PROJECT / path).read_bytes()


def test_the_update_changes_no_file_of_the_users(updated: tuple[Path, dict[str, bytes]]) -> None:
    checkout, before = updated
    assert content(checkout) == before
    assert before.keys() >= {"variants.toml", "stages.toml", "strings.js", "theme.css"}
    git(checkout, "check-ignore", "site/stages.toml")


def test_the_recorded_stage_keeps_its_settings(updated: tuple[Path, dict[str, bytes]]) -> None:
    checkout, _ = updated
    configured = json.loads(run(checkout, "-c", CONFIGURED))
    variables, functions = configured["environment_variables"], configured["lambda_functions"]
    assert variables["UPLOADS_BUCKET"] == "darkroom-prod-uploads-123456789012-eu-central-1"
    assert variables["KEEP_CREDITS"] == "true"
    assert functions["sweep"]["lambda_timeout"] == 400
    assert functions["authorize"]["lambda_timeout"] == 10


def test_make_run_uses_the_variants_and_texts(stack: Stack) -> None:
    client = ApiClient(stack.api)
    image = client.finished(client.upload(jpeg(400, 300)))
    assert [r["variant"] for r in image["renditions"]][-1] == "square"
    assert "Fotos hinzufügen" in requests.get(stack.site, timeout=GENEROUS).text
    assert 'ready: "Fertig"' in requests.get(f"{stack.site}/strings.js", timeout=GENEROUS).text
