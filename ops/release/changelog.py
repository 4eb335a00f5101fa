"""The sections of CHANGELOG.md.

`python -m ops.release.changelog VERSION` prints a version's section, for a release's notes.
"""

import re
import sys
from datetime import date
from pathlib import Path

from ops.project import PROJECT
from ops.release.errors import ReleaseError

FILE = "CHANGELOG.md"

_HEADING = re.compile(r"^## .*$", re.MULTILINE)
_UNRELEASED = re.compile(r"^## (?:\[Unreleased\]|Unreleased)[ \t]*$", re.MULTILINE | re.IGNORECASE)


def files(root: Path) -> list[Path]:
    """The changelogs of the project, and of packages that list something as unreleased."""
    own = sorted(path.relative_to(root) for path in root.glob(f"packages/*/{FILE}"))
    return [Path(FILE), *(path for path in own if _has_news((root / path).read_text("utf-8")))]


def check(text: str) -> None:
    """ReleaseError if nothing is listed under "Unreleased"."""
    found = _UNRELEASED.search(text)
    if not found:
        raise ReleaseError(f'{FILE} has no section "Unreleased". Add what is new under it.')
    if not _has_news(text):
        raise ReleaseError(f'Nothing is listed under "Unreleased" in {FILE}. Add what is new.')


def released(text: str, version: str, day: date) -> str:
    """`text` with what was unreleased under the heading of `version`; see `check`."""
    check(text)
    if section(text, version) is not None:
        raise ReleaseError(f"{FILE} has a section {version} already. Choose another version.")
    return _UNRELEASED.sub(
        lambda found: f"{found[0].rstrip()}\n\n## [{version}] - {day.isoformat()}", text, count=1
    )


def section(text: str, version: str) -> str | None:
    """What the changelog says of a version, without its heading; None if it has no section."""
    found = re.search(rf"^## \[?{re.escape(version)}\]?(?: .*)?$", text, re.MULTILINE)
    return _body(text, found).strip() if found else None


def _has_news(text: str) -> bool:
    found = _UNRELEASED.search(text)
    return bool(found and re.search(r"^- ", _body(text, found), re.MULTILINE))


def _body(text: str, heading: re.Match[str]) -> str:
    following = _HEADING.search(text, heading.end())
    return text[heading.end() : following.start() if following else len(text)]


def main(version: str) -> None:
    """Print the section of `version`, which may begin with the v of a tag."""
    found = section((PROJECT / FILE).read_text("utf-8"), version.removeprefix("v"))
    sys.exit(f"{FILE} has no section {version}.") if found is None else print(found)


if __name__ == "__main__":
    main(sys.argv[1])
