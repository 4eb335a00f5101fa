"""A release moves what is unreleased under a heading of its own."""

import re
from datetime import date
from pathlib import Path

import pytest

from ops.project import PROJECT
from ops.release import changelog
from ops.release.errors import ReleaseError

DAY = date(2026, 12, 1)
TEXT = """# Changelog

## Unreleased

### Added

- Something new.

## [0.1.0] - 2026-01-01

- The first.
"""


def test_what_was_unreleased_is_under_the_version_with_its_date() -> None:
    after = changelog.released(TEXT, "0.2.0", DAY)
    assert "## Unreleased\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- Something new.\n" in after


def test_earlier_sections_stay_as_they_are() -> None:
    after = changelog.released(TEXT, "0.2.0", DAY)
    assert after.endswith("## [0.1.0] - 2026-01-01\n\n- The first.\n")


def test_the_heading_may_be_in_brackets() -> None:
    after = changelog.released(TEXT.replace("Unreleased", "[Unreleased]"), "0.2.0", DAY)
    assert "## [Unreleased]\n\n## [0.2.0]" in after


def test_a_changelog_without_the_section_is_refused() -> None:
    with pytest.raises(ReleaseError, match="has no section"):
        changelog.released(TEXT.replace("## Unreleased", "## New"), "0.2.0", DAY)


def test_headings_alone_are_nothing_to_release() -> None:
    with pytest.raises(ReleaseError, match="Nothing is listed"):
        changelog.released(TEXT.replace("- Something new.\n", ""), "0.2.0", DAY)


def test_a_version_that_has_a_section_is_refused() -> None:
    with pytest.raises(ReleaseError, match=r"has a section 0\.1\.0 already"):
        changelog.released(TEXT, "0.1.0", DAY)


def test_the_section_of_a_version_is_the_text_of_its_release() -> None:
    after = changelog.released(TEXT, "0.2.0", DAY)
    assert changelog.section(after, "0.2.0") == "### Added\n\n- Something new."


def test_an_unknown_version_has_no_section() -> None:
    assert changelog.section(TEXT, "0.2.0") is None


def test_packages_changelogs_are_released_if_they_list_something(tmp_path: Path) -> None:
    texts = {"client": TEXT, "django": "# django\n", "images": "## Unreleased\n\n## 0.1.0\n\n- A\n"}
    for name, text in texts.items():
        (tmp_path / "packages" / name).mkdir(parents=True)
        (tmp_path / "packages" / name / "CHANGELOG.md").write_text(text)
    assert changelog.files(tmp_path) == [
        Path("CHANGELOG.md"),
        Path("packages/client/CHANGELOG.md"),
    ]


def test_this_projects_changelog_has_a_place_for_what_is_new() -> None:
    text = (PROJECT / changelog.FILE).read_text("utf-8")
    assert len(re.findall(r"^## Unreleased$", text, re.MULTILINE)) == 1
