"""The snippets that tests/docs does not check, each with the reason."""

from tests.docs.markdown import Block

# A document's language that other tests run, and their path.
ELSEWHERE = {
    ("docs/uploader.md", "html"): "tests/frontend/test_documents.py",
    ("docs/third-party-uploaders.md", "js"): "tests/e2e/test_third_party.py",
    ("docs/delivery.md", "perl"): "tests/docs/test_running.py",
    ("docs/delivery.md", "php"): "tests/docs/test_running.py",
    ("docs/delivery.md", "ruby"): "tests/docs/test_running.py",
}

# Why nothing can run a block here, by document and the block's first words.
NOWHERE = {
    ("docs/infrastructure.md", "stage=dev"): "needs another tool and an AWS account",
    ("docs/infrastructure.md", ".venv/bin/chalice deploy"): "needs another tool and an AWS account",
    ("docs/infrastructure.md", "key=$(outputs"): "needs another tool and an AWS account",
    ("docs/infrastructure.md", "artifacts="): "needs another tool and an AWS account",
    ("docs/infrastructure.md", "apply delivery ApiDomain"): "needs another tool and an AWS account",
    ("docs/uploader.md", "import { useEffect"): "React is not a dependency",
    ("docs/uploader.md", "import { DarkroomUploader"): "tests/e2e/test_packages.py runs its like",
}

# Languages that are shown and not checked.
SHOWN = {
    "": "directory layouts, and queries for CloudWatch",
    "mermaid": "rendered by GitHub",
}


def is_exempt(block: Block) -> bool:
    """Whether one of the lists exempts a block."""
    named = any(
        block.document == document and block.text.startswith(words) for document, words in NOWHERE
    )
    return named or (block.document, block.language) in ELSEWHERE or block.language in SHOWN
