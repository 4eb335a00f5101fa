"""The README of the benchmarks lists every part with its reader."""

import re

from benchmarks.toolchain import ROOT

FOLDER = ROOT / "benchmarks"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
_, PARTS = README.split("## Parts and their readers")


def test_every_part_is_listed():
    listed = set()
    for line in PARTS.splitlines():
        if line.startswith("| `"):
            listed |= set(re.findall(r"`([^`]+)`", line.split("|")[1]))
    ignored = {"__pycache__", "node_modules"}
    parts = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in FOLDER.iterdir()
        if path.name not in ignored
    }
    assert listed == parts


def test_every_link_leads_to_a_file():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_every_test_that_it_names_exists():
    tests = set(re.findall(r"test_\w+\.py", README))
    found = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert tests - found == set()
