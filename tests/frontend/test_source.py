"""Rules of the page's source that no browser enforces everywhere."""

import re
from pathlib import Path

import pytest

from tests.frontend.darkroom import FRONTEND

MODULES = sorted(FRONTEND.glob("*.js"))
INDEX = (FRONTEND / "index.html").read_text()
NAMES = [path.name for path in MODULES]


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_module_never_turns_text_into_markup(module: Path) -> None:
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(sinks, module.read_text())


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_module_has_fewer_than_150_lines(module: Path) -> None:
    assert len(module.read_text().splitlines()) < 150


def test_the_page_has_no_inline_script_style_or_handler() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", INDEX)


def test_the_page_names_no_other_host() -> None:
    sources = [INDEX, *(path.read_text() for path in FRONTEND.glob("*.[jc]s*"))]
    assert not re.search(r"https?://", "".join(sources))


def test_every_module_is_fetched_ahead() -> None:
    ahead = re.findall(r'rel="modulepreload" href="([^"]+)"', INDEX)
    assert sorted([*ahead, "app.js"]) == NAMES


def test_every_word_that_the_page_asks_for_exists() -> None:
    strings = (FRONTEND / "strings.js").read_text()
    missing = [
        name
        for name in re.findall(r'data-text="(\w+)"', INDEX)
        if not re.search(rf"^  {name}: \"", strings, re.M)
    ]
    assert missing == []


def test_the_page_weighs_less_than_60_kilobytes() -> None:
    assert sum(path.stat().st_size for path in FRONTEND.iterdir() if path.is_file()) < 60_000
