"""The documents parsed as by GitHub: fenced blocks, links, anchors."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is that of its fence, and `language` is empty for plain text."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


@dataclass(frozen=True)
class Heading:
    """A heading with its anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Document:
    """One Markdown file, by its path in the repository."""

    name: str
    text: str
    blocks: tuple[Block, ...]
    links: tuple[tuple[int, str], ...]
    mentions: tuple[str, ...]  # inline code
    headings: tuple[Heading, ...]
    anchors: frozenset[str]

    def __str__(self) -> str:
        return self.name

    def below(self, title: str) -> list[Heading]:
        """The headings below the heading `title`, up to the next one of its level."""
        start = next(i for i, heading in enumerate(self.headings) if heading.text == title)
        found: list[Heading] = []
        for heading in self.headings[start + 1 :]:
            if heading.level <= self.headings[start].level:
                break
            found.append(heading)
        return found


@cache
def read(name: str) -> Document:
    """Parse a file of the repository."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks, links, headings = _blocks(name, tokens), _links(tokens), _headings(tokens)
    inline = [part for token in tokens for part in token.children or ()]
    mentions = tuple(part.content for part in inline if part.type == "code_inline")
    named = re.findall(r'<a id="([^"]+)">', text)
    anchors = frozenset({*named, *(heading.anchor for heading in headings)})
    return Document(name, text, blocks, links, mentions, headings, anchors)


def documents() -> list[Document]:
    """The documents at the top level, and all in docs/."""
    paths = sorted(PROJECT.glob("docs/**/*.md"))
    top = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
    return [read(n) for n in (*top, *(str(path.relative_to(PROJECT)) for path in paths))]


def blocks(*languages: str) -> list[Block]:
    """All fenced blocks of these languages."""
    return [b for document in documents() for b in document.blocks if b.language in languages]


def _blocks(name: str, tokens: list[Token]) -> tuple[Block, ...]:
    return tuple(
        Block(
            name, (token.map or [0])[0] + 1, token.info.strip().removeprefix("text"), token.content
        )
        for token in tokens
        if token.type in ("fence", "code_block")
    )


def _links(tokens: list[Token]) -> tuple[tuple[int, str], ...]:
    found = []
    for token in tokens:
        for part in token.children or ():
            target = part.attrGet("href") or part.attrGet("src")
            if target is not None:
                found.append(((token.map or [0])[0] + 1, str(target)))
    return tuple(found)


def _headings(tokens: list[Token]) -> tuple[Heading, ...]:
    found: list[Heading] = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            text = "".join(part.content for part in inline.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            same = sum(h.anchor == slug or h.text == text for h in found)
            anchor = f"{slug}-{same}" if same else slug
            found.append(Heading(int(token.tag[1]), text, anchor))
    return tuple(found)
