"""The comments beside the settings, which describe them."""

import io
import re
import tokenize


def remarks(source: str) -> dict[str, str]:
    """The comment beside each field of a class, by the field's name."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found: dict[str, str] = {}
    for token in tokens:
        name = re.match(r" {4}(\w+):", token.line)
        if name and token.type == tokenize.COMMENT:
            found[name[1]] = token.string.lstrip("# ")
    return found
