"""The output of `make package`."""

import importlib.util
import json
import marshal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cfnlint.api import lint
from click.testing import CliRunner

from ops.__main__ import main
from ops.packaging.archives import pack
from ops.packaging.compiling import CompileError, compile_modules
from ops.packaging.services import called_services
from ops.project import PROJECT
from tests.stack.running import users_environment

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
HOMES = {"deployment.zip": "/var/task/", "layer-deployment.zip": "/opt/"}


def names_in(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


@pytest.mark.parametrize("archive", HOMES)
def test_tracebacks_will_have_lambdas_paths(package: Path, archive: str) -> None:
    with zipfile.ZipFile(package / archive) as opened:
        for name in opened.namelist():
            if name.endswith(".py"):
                compiled = opened.read(importlib.util.cache_from_source(name))
                assert marshal.loads(compiled[16:]).co_filename == HOMES[archive] + name


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a later run, for stores with a KMS key; the code is packed again."""
    for archive in (PROJECT / ".chalice/deployments").glob("appcode-*"):
        archive.unlink()
    out = tmp_path_factory.mktemp("second")
    subprocess.run(
        [sys.executable, "-m", "ops", "package", "--out", str(out), "--kms-key-arn", KEY],
        cwd=PROJECT,
        env=users_environment(),
        check=True,
        capture_output=True,
    )
    return out


@pytest.mark.parametrize("archive", HOMES)
def test_a_second_run_writes_the_same_bytes(package: Path, second: Path, archive: str) -> None:
    assert (second / archive).read_bytes() == (package / archive).read_bytes()


def test_functions_may_use_the_stores_key(package: Path, second: Path) -> None:
    with_key, without = (
        json.loads((folder / "chalice.tf.json").read_text())["resource"]["aws_iam_role_policy"]
        for folder in (second, package)
    )
    assert all(KEY in policy["policy"] for policy in with_key.values())
    assert not any("kms:" in policy["policy"] for policy in without.values())


def test_an_archive_depends_only_on_its_files(tmp_path: Path) -> None:
    for folder, names in (("one", "ab"), ("two", "ba")):
        for name in names:
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / f"{name}.py").write_text(f"{name} = 1\n")
        compile_modules(tmp_path / folder, "/var/task")
        pack(tmp_path / folder, tmp_path / f"{folder}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_module_that_cannot_be_compiled_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def\n")
    with pytest.raises(CompileError, match=r"broken\.py"):
        compile_modules(tmp_path, "/var/task")


def test_the_libraries_are_on_lambdas_path(package: Path) -> None:
    home = f"python/lib/{VERSION}/site-packages/"
    assert all(name.startswith(home) for name in names_in(package / "layer-deployment.zip"))


def test_the_layer_has_only_the_service_descriptions_that_the_application_uses(
    package: Path,
) -> None:
    paths = [name.split("/") for name in names_in(package / "layer-deployment.zip")]
    data = [path[path.index("data") + 1 :] for path in paths if path[4:6] == ["botocore", "data"]]
    versions = sorted({(path[0], path[1]) for path in data if len(path) > 1})
    services = ["cloudfront", "dynamodb", "events", "kms", "rekognition", "s3", "sqs", "ssm"]
    assert [service for service, _ in versions] == services  # each in one version of its API
    assert sorted(called_services(PROJECT / "chalicelib")) == services


def test_terraform_schedules_only_the_sweep(package: Path) -> None:
    described = json.loads((package / "chalice.tf.json").read_text())["resource"]
    (rule,) = described["aws_cloudwatch_event_rule"].values()
    (target,) = described["aws_cloudwatch_event_target"].values()
    assert rule["schedule_expression"] == "rate(10 minutes)"
    assert target["arn"] == "${aws_lambda_function.sweep.arn}"


def test_terraform_has_every_function_with_the_layer(package: Path) -> None:
    described = json.loads((package / "chalice.tf.json").read_text())["resource"]
    functions = described["aws_lambda_function"]
    config = json.loads((PROJECT / ".chalice/config.json").read_text())
    limits = config["stages"]["dev"]["lambda_functions"]
    assert set(functions) == set(limits)
    for name, function in functions.items():
        assert function["memory_size"] == limits[name]["lambda_memory_size"]
        assert function["timeout"] == limits[name]["lambda_timeout"]
        assert function["layers"]
        assert function["runtime"] == VERSION


def test_cfn_lint_accepts_the_applications_template_as_sam_expands_it(package: Path) -> None:
    found = lint((package / "sam.json").read_text(), regions=["eu-central-1", "us-east-1"])
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_a_stage_that_is_not_configured_is_an_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["package", "--stage", "elsewhere", "--out", str(tmp_path)])
    sentence = "Not finished. The stage elsewhere is not recorded here; recorded are local, dev."
    assert (done.exit_code, sentence in done.stderr) == (1, True)
