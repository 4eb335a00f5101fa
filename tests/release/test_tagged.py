"""The workflow releases only tags that `make release` could have set."""

import pytest

from ops.project import PROJECT
from ops.release import versions
from ops.release.errors import ReleaseError
from ops.release.tagged import version_of


def test_the_tag_of_the_present_version_is_accepted() -> None:
    present = versions.current(PROJECT)
    assert str(version_of(f"v{present}", PROJECT)) == present


def test_a_tag_of_another_version_is_refused() -> None:
    with pytest.raises(ReleaseError, match="is not that of the version"):
        version_of("v99.0.0", PROJECT)


def test_a_tag_that_is_no_version_is_refused() -> None:
    with pytest.raises(ReleaseError, match="is not a version"):
        version_of("v1", PROJECT)
