"""The snippets that tests/docs does not run, each with its reason."""

from tests.docs.markdown import Block

# A document's language that other tests run, and where.
ELSEWHERE = {
    ("docs/uploader.md", "html"): "tests/frontend/test_documents.py",
}

# By document and the first words of the block: why nothing can run it here.
NOWHERE = {
    ("docs/infrastructure.md", "stage=dev"): "AWS's own tool, and an account",
    ("docs/infrastructure.md", ".venv/bin/chalice deploy"): "AWS's own tool, and an account",
    ("docs/uploader.md", "import { useEffect"): "React is no dependency of ours",
}

# Languages that are shown and not run.
SHOWN = {
    "": "layouts of folders, and queries for CloudWatch",
    "mermaid": "drawn by GitHub",
}


def excused(block: Block) -> bool:
    """Whether a block is in one of the lists."""
    named = any(
        block.document == document and block.text.startswith(words) for document, words in NOWHERE
    )
    return named or (block.document, block.language) in ELSEWHERE or block.language in SHOWN
