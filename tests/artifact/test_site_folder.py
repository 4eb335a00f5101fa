"""The output of `make package` with a site folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ops.local.stack.options import Options
from ops.project import PROJECT
from tests.artifact.conftest import settings
from tests.artifact.test_functions import image_of, uploaded
from tests.pictures import encoded, jpeg, photo
from tests.sandbox.function import Function, Sandbox, unzipped
from tests.stack.running import users_environment
from tests.waiting import GENEROUS

TABLE = """
[square]
width = 64
height = 64
fit = "cover"
watermark = { file = "logo.png" }
"""
LOGO = encoded(photo(20, 10), "PNG")
STAGES = """
[shop.environment_variables]
UPLOADS_BUCKET = "shop-uploads"
KEEP_CREDITS = true
"""


@pytest.fixture(scope="module")
def own_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output with a table, a watermark, a stage and texts of a user's."""
    home = tmp_path_factory.mktemp("own")
    site, out = home / "site", home / "out"
    site.mkdir()
    (site / "variants.toml").write_text(TABLE)
    (site / "logo.png").write_bytes(LOGO)
    (site / "unused.png").write_bytes(LOGO)
    (site / "strings.js").write_text("strings.addTitle = 'x';")
    done = subprocess.run(
        [sys.executable, "-m", "ops", "package", "--out", str(out)],
        cwd=PROJECT,
        env={**users_environment(), "DARKROOM_SITE": str(site)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_it_has_the_table_and_its_watermark_and_nothing_else_of_it(
    own_package: Path, package: Path
) -> None:
    with (
        zipfile.ZipFile(own_package / "deployment.zip") as own,
        zipfile.ZipFile(package / "deployment.zip") as default,
    ):
        assert own.read("chalicelib/variants.toml").decode() == TABLE
        assert own.read("chalicelib/logo.png") == LOGO
        assert {*own.namelist()} - {*default.namelist()} == {"chalicelib/logo.png"}
        assert (
            default.read("chalicelib/variants.toml")
            == (PROJECT / "chalicelib/variants.toml").read_bytes()
        )


def test_its_functions_render_by_it(
    own_package: Path, stores: Options, start: object, tmp_path: Path
) -> None:
    sandbox: Sandbox = unzipped(own_package, tmp_path)
    event = uploaded(start, jpeg(200, 100))
    given = settings(stores, "worker")
    with Function(sandbox, "app.process_upload", given, seconds=GENEROUS) as processor:
        assert processor.call(event).outcome == "response", processor.output()
    [rendition] = image_of(start, event)["renditions"]
    assert rendition["variant"] == "square"
