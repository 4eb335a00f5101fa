"""Links lead somewhere, and the index knows every document."""

from urllib.parse import unquote

import pytest

from tests.docs.markdown import PROJECT, Document, documents, read

INDEX = "docs/README.md"
HERE = documents()


def target_of(document: Document, link: str) -> tuple[str, str]:
    """The path in the repository, and the anchor, that a relative link means."""
    path, _, anchor = unquote(link).partition("#")
    folder = (PROJECT / document.name).parent
    whole = (folder / path).resolve() if path else PROJECT / document.name
    return str(whole.relative_to(PROJECT)), anchor


def inner(document: Document) -> list[tuple[int, str]]:
    return [one for one in document.links if "://" not in one[1] and not one[1].startswith("data:")]


@pytest.mark.parametrize("document", HERE, ids=str)
def test_every_link_leads_to_a_file(document: Document) -> None:
    targets = [(line, target_of(document, link)[0]) for line, link in inner(document)]
    assert [one for one in targets if not (PROJECT / one[1]).exists()] == []


@pytest.mark.parametrize("document", HERE, ids=str)
def test_every_anchor_is_a_heading(document: Document) -> None:
    targets = [(line, *target_of(document, link)) for line, link in inner(document)]
    wrong = [
        (line, path, anchor)
        for line, path, anchor in targets
        if anchor and path.endswith(".md") and (PROJECT / path).exists()
        if anchor not in read(path).anchors
    ]
    assert wrong == []


def test_the_index_leads_to_every_document() -> None:
    index = read(INDEX)
    known = {target_of(index, link)[0] for _, link in inner(index)}
    written = {document.name for document in HERE if document.name.count("/") == 1}
    assert written - known == {INDEX}


def test_the_readme_leads_to_the_index() -> None:
    readme = read("README.md")
    assert INDEX in {target_of(readme, link)[0] for _, link in inner(readme)}


def test_the_readme_begins_with_the_two_commands_and_stays_short() -> None:
    readme = read("README.md")
    first, *_ = readme.blocks
    assert (first.line, [line.split("#")[0].split() for line in first.text.splitlines()]) == (
        3,
        [["make", "run"], ["make", "test"]],
    )
    assert next(block.line for block in readme.blocks[1:]) < 40
    assert readme.text.count("\n") < 150
