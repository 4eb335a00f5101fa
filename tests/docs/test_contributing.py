"""CONTRIBUTING.md: its paths, its answers, and the Makefile's list of targets."""

import importlib
import re
import subprocess
from functools import reduce
from pathlib import PurePath

import pytest

from tests.docs.markdown import PROJECT, read
from tests.docs.test_links import INDEX, relative, target_of

PAGE = read("CONTRIBUTING.md")
MAKEFILE = (PROJECT / "Makefile").read_text()
PATHS = sorted(
    mention
    for mention in set(PAGE.mentions)
    if re.fullmatch(r"[\w./-]+(/|\.(html|js|json|md|py|toml|yaml))", mention)
    if "NAME" not in mention
)
ANSWERS = re.findall(r"^\| (.+\?) \| `(.+?\.py)` \| (.+) \|$", PAGE.text, re.MULTILINE)
NAMES = [
    (file, name)
    for _, file, answer in ANSWERS
    for name in re.findall(r"`([A-Za-z_]\w*(?:\.\w+)?)`", re.split(r"[:;.] ", answer)[0])
]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_exists(path: str) -> None:
    # Paths in chalicelib, the page and the client are also written without their first folders.
    assert (PROJECT / path).exists() or any(
        PurePath(found.relative_to(PROJECT)).match(path)
        for folder in ("chalicelib", "frontend", "packages/client/src", "tests")
        for found in (PROJECT / folder).rglob(PurePath(path).name)
    )


def test_all_questions_have_an_answer() -> None:
    assert len(ANSWERS) == 15
    assert {file for file, _ in NAMES} == {file for _, file, _ in ANSWERS}


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_every_answer_names_something_in_its_file(file: str, name: str) -> None:
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    assert reduce(getattr, name.split("."), module)


def test_the_index_leads_to_the_documents_at_the_top() -> None:
    index = read(INDEX)
    listed = {target_of(index, link)[0] for _, link in relative(index)}
    assert {"CONTRIBUTING.md", "SECURITY.md"} < listed


def test_make_alone_lists_every_described_target() -> None:
    described = re.findall(r"^([a-z-]+):.*?## (.+)$", MAKEFILE, re.MULTILINE)
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert [tuple(re.split(r" +", line, maxsplit=2)[1:]) for line in shown.stdout.splitlines()] == (
        described
    )


def test_every_target_that_is_not_a_file_is_phony() -> None:
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert sorted(targets) == sorted(phony.split())
