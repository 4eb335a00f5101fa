"""The version stands in chalicelib; everything that repeats it says the same."""

import json
from pathlib import Path

import pytest

from chalicelib import __version__
from ops.project import PROJECT
from ops.release import versions
from ops.release.errors import ReleaseError
from ops.release.versions import Version


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one file of each kind that states a version."""
    files = {
        "chalicelib/__init__.py": '"""Darkroom."""\n\n__version__ = "0.1.0"\n',
        "infrastructure/stores.yaml": (
            "Resources: {}\n\nOutputs:\n  Version:\n    Description: The version.\n"
            "    Value: 0.1.0\n  Other:\n    Value: 0.1.0\n"
        ),
        "docs/openapi.json": '{"info":{"title":"Darkroom","version":"0.1.0"},"version":"0.1.0"}',
        "packages/package.json": '{"name": "darkroom-packages", "private": true}',
        "packages/images/package.json": (
            '{\n  "name": "@darkroom/images",\n  "version": "0.1.0",\n  "files": ["dist"]\n}\n'
        ),
        "packages/react/package.json": json.dumps(
            {
                "name": "@darkroom/react",
                "version": "0.1.0",
                "dependencies": {"@darkroom/images": "^0.1.0"},
                "peerDependencies": {"react": "^0.1.0"},
            },
            indent=2,
        ),
        "packages/package-lock.json": json.dumps(
            {
                "packages": {
                    "": {"name": "darkroom-packages"},
                    "images": {"name": "@darkroom/images", "version": "0.1.0"},
                    "node_modules/other": {"version": "0.1.0"},
                }
            }
        ),
        "packages/client/pyproject.toml": (
            '[build-system]\nrequires = ["hatchling==1.0"]\n\n[project]\nname = "darkroom-client"\n'
            'version = "0.1.0"\n\n[tool.other]\nversion = "0.1.0"\n'
        ),
        "packages/django/pyproject.toml": '[project]\nname = "x"\ndynamic = ["version"]\n',
        "packages/django/django_darkroom/__init__.py": '__version__ = "0.1.0"\n',
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_all_present_packages_and_templates_have_the_version_of_chalicelib() -> None:
    assert versions.current(PROJECT) == __version__
    assert versions.differing(PROJECT) == {}


def test_the_projects_metadata_reads_the_version_from_chalicelib() -> None:
    assert (
        'version = { attr = "chalicelib.__version__" }' in (PROJECT / "pyproject.toml").read_text()
    )


@pytest.mark.parametrize("path", ["infrastructure/stores.yaml", "infrastructure/delivery.yaml"])
def test_each_template_states_the_version_as_an_output(path: str) -> None:
    assert Path(path) in {place.path for place in versions.places(PROJECT)}


def test_setting_a_version_changes_it_in_every_file_that_states_it(checkout: Path) -> None:
    changed = versions.set_everywhere(checkout, "0.2.0")
    assert [path.as_posix() for path in changed] == [
        "chalicelib/__init__.py",
        "docs/openapi.json",
        "infrastructure/stores.yaml",
        "packages/client/pyproject.toml",
        "packages/django/django_darkroom/__init__.py",
        "packages/images/package.json",
        "packages/package-lock.json",
        "packages/react/package.json",
    ]
    assert versions.differing(checkout) == {}
    assert versions.current(checkout) == "0.2.0"


def test_setting_a_version_leaves_other_numbers_alone(checkout: Path) -> None:
    versions.set_everywhere(checkout, "0.2.0")
    assert "Other:\n    Value: 0.1.0" in (checkout / "infrastructure/stores.yaml").read_text()
    assert json.loads((checkout / "docs/openapi.json").read_text())["version"] == "0.1.0"
    assert (
        '[tool.other]\nversion = "0.1.0"'
        in (checkout / "packages/client/pyproject.toml").read_text()
    )
    lock = json.loads((checkout / "packages/package-lock.json").read_text())
    assert lock["packages"]["node_modules/other"]["version"] == "0.1.0"


def test_a_package_that_needs_another_of_the_project_needs_the_same_version(checkout: Path) -> None:
    versions.set_everywhere(checkout, "0.2.0")
    react = json.loads((checkout / "packages/react/package.json").read_text())
    assert react["dependencies"] == {"@darkroom/images": "^0.2.0"}
    assert react["peerDependencies"] == {"react": "^0.1.0"}


def test_setting_a_version_keeps_the_form_of_a_file(checkout: Path) -> None:
    versions.set_everywhere(checkout, "0.2.0")
    assert '"files": ["dist"]' in (checkout / "packages/images/package.json").read_text()


def test_a_package_with_another_version_is_found(checkout: Path) -> None:
    file = checkout / "packages/client/pyproject.toml"
    file.write_text(file.read_text().replace('"0.1.0"', '"0.0.9"', 1))
    assert versions.differing(checkout) == {Path("packages/client/pyproject.toml"): "0.0.9"}


def test_a_dependency_on_another_version_is_found(checkout: Path) -> None:
    file = checkout / "packages/react/package.json"
    file.write_text(file.read_text().replace("^0.1.0", "^0.0.9", 1))
    assert versions.differing(checkout) == {Path("packages/react/package.json"): "0.0.9"}


@pytest.mark.parametrize(
    "text", ["1.2", "v1.2.3", "1.2.3-rc.1", "1.2.3rc1", "01.2.3", "", "1.2.3 "]
)
def test_only_final_semantic_versions_are_versions(text: str) -> None:
    with pytest.raises(ReleaseError, match="is not a version"):
        Version.parse(text)


def test_versions_are_ordered_by_number_and_not_by_text() -> None:
    assert Version.parse("0.9.0") < Version.parse("0.10.0") < Version.parse("1.0.0")
