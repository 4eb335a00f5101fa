"""The version of the project, and everything else that has to state the same one.

`chalicelib/__init__.py` is the place where it stands. Files that are published by themselves, or
read by a program that cannot read Python, repeat it: packages, templates, the API's description.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ops.release.errors import ReleaseError

SOURCE = Path("chalicelib", "__init__.py")

# Final versions only: npm and PyPI write others differently.
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")

_PYTHON = re.compile(r'^(__version__ = ")[^"]*(")', re.MULTILINE)
_TEMPLATE = re.compile(
    r"(\nOutputs:\n(?:.*\n)*?  Version:\n    Description: .*\n    Value: )[^\n]*(\n)"
)
_PACKAGE_JSON = re.compile(r'^(  "version": ")[^"]*(")', re.MULTILINE)
_PYPROJECT = re.compile(r'(^\[project\]\n(?:[^\[].*\n|\n)*?version = ")[^"]*(")', re.MULTILINE)
_TERRAFORM = re.compile(r'^(  module_version = ")[^"]*(")', re.MULTILINE)
_OPENAPI = re.compile(r'("info":\s*\{[^{}]*?"version":\s*")[^"]*(")')


@dataclass(frozen=True, order=True)
class Version:
    """MAJOR.MINOR.PATCH, as in Semantic Versioning."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The version in `text`; ReleaseError if it is not a final one."""
        found = _VERSION.fullmatch(text)
        if not found:
            raise ReleaseError(
                f"{text!r} is not a version. Use MAJOR.MINOR.PATCH, such as 1.2.3, without a v or "
                "a suffix: npm and PyPI write those differently."
            )
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True)
class Place:
    """A file that states the version, and how to find it there."""

    path: Path
    pattern: re.Pattern[str]

    def read(self, root: Path) -> str | None:
        """The version that the file states; None if it states none."""
        text = (root / self.path).read_text("utf-8")
        found = self.pattern.search(text)
        return text[found.end(1) : found.start(2)] if found else None

    def write(self, root: Path, version: str) -> None:
        """Change the version; everything else in the file stays as it is."""
        text = (root / self.path).read_text("utf-8")
        text = self.pattern.sub(lambda found: f"{found[1]}{version}{found[2]}", text, count=1)
        (root / self.path).write_text(text, "utf-8")


def current(root: Path) -> str:
    """The version of the checkout `root`; ReleaseError if it has none."""
    found = Place(SOURCE, _PYTHON).read(root)
    if found is None:
        raise ReleaseError(f"{SOURCE} has no __version__.")
    return found


def places(root: Path) -> list[Place]:
    """All places in the checkout `root` that state a version; the project's own is the first."""
    return [Place(SOURCE, _PYTHON), *(place for place in _others(root) if place.read(root))]


def set_everywhere(root: Path, version: str) -> list[Path]:
    """State `version` in all places of the checkout `root`; return the files that changed."""
    changed = []
    for place in places(root):
        if place.read(root) != version:
            place.write(root, version)
            changed.append(place.path)
    changed += [path for path in _npm_files(root) if _set_in_npm_file(root, path, version)]
    return sorted(set(changed))


def files(root: Path) -> list[Path]:
    """All files in the checkout `root` that state the version."""
    found = {place.path for place in places(root)}
    return sorted(found | {path for path in _npm_files(root) if [*_stated_by_npm_file(root, path)]})


def differing(root: Path) -> dict[Path, str]:
    """Places whose version is not the project's, with the one that they state."""
    version = current(root)
    stated = {place.path: place.read(root) or "" for place in places(root)}
    stated |= {
        path: found
        for path in _npm_files(root)
        for found in _stated_by_npm_file(root, path)
        if found != version
    }
    return {path: found for path, found in stated.items() if found != version}


def _others(root: Path) -> Iterator[Place]:
    for part in ("stores", "delivery", "watch"):
        yield from _existing(root, f"infrastructure/{part}.yaml", _TEMPLATE)
    yield from _existing(root, "docs/openapi.json", _OPENAPI)
    yield from _existing(root, "packages/*/package.json", _PACKAGE_JSON)
    yield from _existing(root, "packages/*/*.tf", _TERRAFORM)
    yield from _existing(root, "packages/*/pyproject.toml", _PYPROJECT)
    # Where a package's pyproject.toml reads it from its module.
    yield from _existing(root, "packages/*/*/__init__.py", _PYTHON)
    yield from _existing(root, "packages/*/src/*/__init__.py", _PYTHON)


def _existing(root: Path, pattern: str, found_by: re.Pattern[str]) -> Iterator[Place]:
    for path in sorted(root.glob(pattern)):
        if "node_modules" not in path.parts:
            yield Place(path.relative_to(root), found_by)


def _npm_files(root: Path) -> list[Path]:
    """Files of npm that repeat the version of a package: as a dependency, or in a lock file."""
    found = [*root.glob("packages/*/package.json"), *root.glob("packages/package-lock.json")]
    found += root.glob("packages/*/package-lock.json")
    return sorted(p.relative_to(root) for p in found if "node_modules" not in p.parts)


def _set_in_npm_file(root: Path, path: Path, version: str) -> bool:
    """Change what the file says of packages of this project; return whether anything changed."""
    before = (root / path).read_text("utf-8")
    content = json.loads(before)
    own = _own_packages(root)
    for table, key in _mentions(content, path, own):
        table[key] = _replaced(table[key], version)
    if content == json.loads(before):
        return False
    (root / path).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return True


def _stated_by_npm_file(root: Path, path: Path) -> Iterator[str]:
    content = json.loads((root / path).read_text("utf-8"))
    for table, key in _mentions(content, path, _own_packages(root)):
        yield table[key].lstrip("^~=")


def _own_packages(root: Path) -> dict[str, str]:
    """The folder of each package of `packages/` that has a version, by its name."""
    found = {}
    for file in sorted(root.glob("packages/*/package.json")):
        content = json.loads(file.read_text("utf-8"))
        if "version" in content:
            found[content["name"]] = file.parent.name
    return found


def _mentions(
    content: dict[str, Any], path: Path, own: dict[str, str]
) -> Iterator[tuple[dict[str, str], str]]:
    """Where the file states a version of an own package: the table, and its key."""
    if path.name != "package-lock.json":
        yield from _dependencies(content, own)
        return
    names = {*own.values()} if path.parent.name == "packages" else set()
    if path.parent.name in own.values():
        names.add("")
        yield from _versions(content)
    for key, entry in content.get("packages", {}).items():
        if key in names:
            yield from _versions(entry)
            yield from _dependencies(entry, own)


def _versions(entry: dict[str, Any]) -> Iterator[tuple[dict[str, str], str]]:
    if "version" in entry:
        yield entry, "version"


def _dependencies(
    entry: dict[str, Any], own: dict[str, str]
) -> Iterator[tuple[dict[str, str], str]]:
    for kind in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        table = entry.get(kind, {})
        for name in table:
            if name in own and re.fullmatch(r"[\^~=]?\d+\.\d+\.\d+", table[name]):
                yield table, name


def _replaced(spec: str, version: str) -> str:
    """`spec` with another version and the same operator."""
    return spec[: len(spec) - len(spec.lstrip("^~="))] + version
