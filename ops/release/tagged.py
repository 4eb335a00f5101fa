"""`python -m ops.release.tagged TAG`: prints `version=...` for a workflow, of a tag that is here.

It fails if the tag is not that of the version that the checkout states everywhere, as after a tag
that was set by hand.
"""

import sys
from pathlib import Path

from ops.project import PROJECT
from ops.release import versions
from ops.release.errors import ReleaseError
from ops.release.versions import Version


def version_of(tag: str, root: Path) -> Version:
    """The version of the tag; ReleaseError if it is not the one of the checkout `root`."""
    version = Version.parse(tag.removeprefix("v"))
    stated = versions.current(root)
    if str(version) != stated:
        raise ReleaseError(f"The tag {tag} is not that of the version {stated}.")
    wrong = versions.differing(root)
    if wrong:
        raise ReleaseError(f"{next(iter(wrong))} has another version than {stated}.")
    return version


if __name__ == "__main__":
    try:
        print(f"version={version_of(sys.argv[1], PROJECT)}")
    except ReleaseError as reason:
        sys.exit(str(reason))
