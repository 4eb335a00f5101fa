"""Every link has a target, and the index has every document."""

from urllib.parse import unquote

import pytest

from tests.docs.markdown import PROJECT, Document, documents, read

INDEX = "docs/README.md"
DOCUMENTS = documents()


def target_of(document: Document, link: str) -> tuple[str, str]:
    """The path in the repository and the anchor of a relative link."""
    path, _, anchor = unquote(link).partition("#")
    folder = (PROJECT / document.name).parent
    whole = (folder / path).resolve() if path else PROJECT / document.name
    return str(whole.relative_to(PROJECT)), anchor


def relative(document: Document) -> list[tuple[int, str]]:
    return [
        (line, link)
        for line, link in document.links
        if "://" not in link and not link.startswith("data:")
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_to_a_file(document: Document) -> None:
    targets = [(line, target_of(document, link)[0]) for line, link in relative(document)]
    assert [(line, path) for line, path in targets if not (PROJECT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_anchor_is_a_heading(document: Document) -> None:
    targets = [(line, *target_of(document, link)) for line, link in relative(document)]
    wrong = [
        (line, path, anchor)
        for line, path, anchor in targets
        if anchor and path.endswith(".md") and (PROJECT / path).exists()
        if anchor not in read(path).anchors
    ]
    assert wrong == []


def test_the_index_leads_to_every_document() -> None:
    index = read(INDEX)
    listed = {target_of(index, link)[0] for _, link in relative(index)}
    written = {document.name for document in DOCUMENTS if document.name.count("/") == 1}
    assert written - listed == {INDEX}


def test_the_readme_leads_to_the_index() -> None:
    readme = read("README.md")
    assert INDEX in {target_of(readme, link)[0] for _, link in relative(readme)}


def test_the_readme_begins_with_the_two_commands_and_stays_short() -> None:
    readme = read("README.md")
    first, *_ = readme.blocks
    assert (first.line, [line.split("#")[0].split() for line in first.text.splitlines()]) == (
        3,
        [["make", "run"], ["make", "deploy", "STAGE=prod"]],
    )
    assert next(block.line for block in readme.blocks if block.language == "console") < 40
    assert readme.text.count("\n") < 150
