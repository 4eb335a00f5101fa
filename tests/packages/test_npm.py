"""The npm packages, as a project that installs them finds them."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ops.project import PROJECT
from tests.frontend.servers import Request, Response, serving
from tests.packages.npm import NAMES, SAMPLES, Tarball, node, npm_script, run, tool, unpacked

Packages = dict[str, Tarball]

# Entry points that need no other package, and what each of them exports.
ENTRIES = {
    "@darkroom/uploader": {"DarkroomUploader", "UploadError", "strings", "upload"},
    "@darkroom/images": {"WIDTHS", "img", "imgProps", "srcset", "url"},
    "@darkroom/images/sign": {"sign", "signedUrl"},
    "@darkroom/images/next": {"createLoader", "deviceSizes", "imageSizes"},
    "@darkroom/images/unpic": {"extract", "generate", "transform"},
    "@darkroom/images/astro": {"default"},
}
IMPORTS = f"""
const found = {{}};
for (const entry of {json.dumps(list(ENTRIES))}) found[entry] = Object.keys(await import(entry));
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def project(npm_packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the packages, and with those that they can be used with."""
    return unpacked(tmp_path_factory.mktemp("project"), npm_packages)


def evaluate(project: Path, script: str) -> Any:
    return json.loads(run(["node", "--input-type=module", "--eval", script], project))


def element_manifest(packages: Packages) -> dict[str, Any]:
    manifest = json.loads(packages["uploader"].files["dist/custom-elements.json"])
    (module,) = manifest["modules"]
    (declaration,) = module["declarations"]
    return dict(declaration)


@pytest.mark.parametrize("age", ["oldest", "newest"])
def test_the_packages_install_into_an_empty_project_and_are_imported(
    npm_packages: Packages, tmp_path: Path, age: str
) -> None:
    program = str(node(age))
    (tmp_path / "package.json").write_text("{}")
    tarballs = [str(tarball.path) for tarball in npm_packages.values()]
    options = ["--offline", "--no-audit", "--no-fund", "--cache", str(tmp_path / "cache")]
    run([program, str(npm_script()), "install", *options, *tarballs], tmp_path)
    installed = sorted(path.name for path in (tmp_path / "node_modules").iterdir())
    assert installed == [".package-lock.json", "@darkroom"]
    found = json.loads(run([program, "--input-type=module", "--eval", IMPORTS], tmp_path))
    assert {entry: ENTRIES[entry] - set(names) for entry, names in found.items()} == {
        entry: set() for entry in ENTRIES
    }


@pytest.mark.parametrize("name", NAMES)
def test_npm_would_publish_the_package(
    npm_packages: Packages, tmp_path: Path, name: str
) -> None:
    def nothing(_: Request) -> Response:
        return Response(404, b"{}", {"Content-Type": "application/json"})

    with serving(nothing) as registry:
        options = ["--dry-run", "--registry", registry]
        written = run(
            ["npm", "publish", *options, str(npm_packages[name].path)],
            tmp_path,
            npm_config_cache=str(tmp_path / "cache"),
        )
    assert f"+ @darkroom/{name}@" in written
    # One expected warning: nobody is logged in. Others are about what npm corrects in a manifest.
    warnings = re.findall(r"^npm warn (.*)", written, re.MULTILINE)
    assert [warning for warning in warnings if "requires you to be logged in" not in warning] == []


@pytest.mark.parametrize("name", NAMES)
def test_publint_finds_no_fault(npm_packages: Packages, tmp_path: Path, name: str) -> None:
    written = run([tool("publint"), "--strict", str(npm_packages[name].path)], tmp_path)
    assert "All good!" in written


@pytest.mark.parametrize("name", NAMES)
def test_the_types_resolve_for_modules(npm_packages: Packages, tmp_path: Path, name: str) -> None:
    run([tool("attw"), "--profile", "esm-only", str(npm_packages[name].path)], tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_package_has_its_documents_and_its_version(npm_packages: Packages, name: str) -> None:
    tarball = npm_packages[name]
    assert {"README.md", "CHANGELOG.md", "LICENSE"} <= tarball.files.keys()
    assert tarball.files["LICENSE"] == (PROJECT / "LICENSE").read_bytes()
    versions = re.findall(r"^## (\S+)", tarball.files["CHANGELOG.md"].decode(), re.MULTILINE)
    assert versions[0] == tarball.manifest["version"]


def test_all_packages_have_one_version(npm_packages: Packages) -> None:
    assert len({tarball.manifest["version"] for tarball in npm_packages.values()}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_package_depends_on_nothing(npm_packages: Packages, name: str) -> None:
    manifest = npm_packages[name].manifest
    assert "dependencies" not in manifest
    optional = {peer for peer, its in manifest["peerDependenciesMeta"].items() if its["optional"]}
    assert optional == manifest["peerDependencies"].keys()


@pytest.mark.parametrize("name", NAMES)
def test_no_file_of_the_package_names_a_folder_of_this_machine(
    npm_packages: Packages, name: str
) -> None:
    files = npm_packages[name].files
    places = (str(PROJECT).encode(), str(npm_packages[name].path.parent).encode())
    assert [file for file, content in files.items() if any(p in content for p in places)] == []


@pytest.mark.parametrize(("file", "kilobytes"), [("index.js", 24), ("editor.js", 12)])
def test_the_uploader_has_the_size_that_it_may_have(
    npm_packages: Packages, file: str, kilobytes: int
) -> None:
    content = npm_packages["uploader"].files[f"dist/{file}"]
    assert len(gzip.compress(content, 9)) <= kilobytes * 1024


@pytest.mark.parametrize("file", ["index.js", "editor.js"])
def test_a_source_map_has_the_sources(npm_packages: Packages, file: str) -> None:
    files = npm_packages["uploader"].files
    assert files[f"dist/{file}"].rstrip().endswith(f"sourceMappingURL={file}.map".encode())
    found = json.loads(files[f"dist/{file}.map"])
    assert len(found["sources"]) == len(found["sourcesContent"]) > 5


def test_the_uploader_is_one_module_and_the_editor(npm_packages: Packages) -> None:
    code = npm_packages["uploader"].files["dist/index.js"].decode()
    assert set(re.findall(r'(?:\bfrom|\bimport)\s*\(?"([^"]+)"', code)) == {"./editor.js"}
    assert "import.meta" not in code


def test_the_custom_elements_manifest_is_valid(project: Path, tmp_path: Path) -> None:
    schema = SAMPLES / "node_modules/custom-elements-manifest/schema.json"
    manifest = project / "node_modules/@darkroom/uploader/dist/custom-elements.json"
    checker = str(PROJECT / ".venv/bin/check-jsonschema")
    run([checker, "--schemafile", str(schema), str(manifest)], tmp_path)


def test_the_components_take_every_attribute_and_event(npm_packages: Packages, project: Path) -> None:
    element = element_manifest(npm_packages)
    bindings = "./node_modules/@darkroom/uploader/dist/bindings.js"
    found = evaluate(project, f"console.log(JSON.stringify(await import('{bindings}')));")
    # Every form's control has it, so the document's table leaves it out.
    attributes = {attribute["name"] for attribute in element["attributes"]} | {"disabled"}
    assert set(found["ATTRIBUTES"].values()) == attributes
    assert {f"darkroom:{event}" for event in found["EVENTS"]} == {
        event["name"] for event in element["events"]
    }


def test_the_types_name_every_attribute_event_and_member(npm_packages: Packages) -> None:
    element = element_manifest(npm_packages)
    types = npm_packages["uploader"].files["dist/index.d.ts"].decode()
    names = [
        *(re.sub("-(.)", lambda m: m[1].upper(), its["name"]) for its in element["attributes"]),
        *(its["name"].removeprefix("darkroom:") for its in element["events"]),
        *(its["name"] for its in element["members"]),
    ]
    assert [name for name in names if not re.search(rf"^  .*\b{name}\??[:(]", types, re.MULTILINE)] == []
    assert len(names) > 25
