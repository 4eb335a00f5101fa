"""File names for saved renditions."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from chalicelib.model.keys import content_disposition, stem_of

names = st.text(min_size=1, max_size=1024)
HEADER = re.compile(
    r"inline; filename=\"[A-Za-z0-9._-]+\"; filename\*=UTF-8''(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+"
)


def saved_as(filename: str) -> str:
    """The name that a browser proposes."""
    header = content_disposition(filename, "1080p", "webp")
    return unquote(header.partition("UTF-8''")[2], errors="strict")


@given(names)
def test_no_name_breaks_out_of_its_header(filename: str) -> None:
    assert HEADER.fullmatch(content_disposition(filename, "1080p", "webp"))


@given(names)
def test_every_name_is_valid_in_a_file_system(filename: str) -> None:
    name = saved_as(filename)
    assert len(name.encode()) <= 255
    assert name.endswith("-1080p.webp")
    assert not set(name) & set('/\\<>:"|?*\0\r\n')
    assert not name.startswith((".", " "))


@given(names)
def test_werkzeugs_parser_finds_the_same_name(filename: str) -> None:
    header = content_disposition(filename, "1080p", "webp")
    assert parse_options_header(header) == ("inline", {"filename": saved_as(filename)})


@pytest.mark.parametrize(
    ("filename", "stem"),
    [
        ("Dragonfly.jpg", "Dragonfly"),
        ("Zürich am See.jpeg", "Zürich am See"),
        ("Zu\u0308rich.jpg", "Zürich"),
        ("写真.png", "写真"),
        ("صورة.png", "صورة"),
        ("👩\u200d🚀.gif", "👩\u200d🚀"),
        ("archive.tar.gz", "archive.tar"),
        (".htaccess", "htaccess"),
        ("no extension", "no extension"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\cat.jpg", "cat"),
        ("cat\r\nSet-Cookie: a=b.jpg", "catSet-Cookie_ a=b"),
        ('a"; filename="b.exe', "a_; filename=_b"),
        ("\u202egpj.exe", "gpj"),
        ("\0", "image"),
        ("...", "image"),
        ("ä" * 1024, "ä" * 75),
    ],
)
def test_the_stem_of_a_name_is_made_safe(filename: str, stem: str) -> None:
    assert stem_of(filename) == stem


@pytest.mark.parametrize("name", ["CON", "prn.jpg", "aux.png", "NUL", "com1.jpg", "lpt9"])
def test_a_name_that_windows_reserves_is_changed(name: str) -> None:
    assert saved_as(name).lower().partition(".")[0].endswith("-1080p")
