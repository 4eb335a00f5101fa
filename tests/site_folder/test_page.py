"""The page with texts and styles of the site folder."""

import re
from pathlib import Path

import pytest

from chalicelib.errors import SettingsError
from ops.deploy.site import page_files
from ops.local.http.pages import read_page
from ops.project import FRONTEND
from ops.site_folder import checks, creation, page, texts

OWN = """\
Object.assign(strings, {
  language: "de",
  tagline: "Bilder & <mehr>",
  addTitle: "Fotos hinzufügen",
});
"""
BUNDLE = "bundle/uploader.js"
ORIGINAL = {
    path.relative_to(FRONTEND).as_posix(): path.read_bytes()
    for path in FRONTEND.rglob("*")
    if path.is_file()
}


def served(name: str) -> str:
    return page.customized(name, ORIGINAL[name]).decode()


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("name", ORIGINAL)
def test_without_a_site_folder_every_file_is_served_as_it_is(name: str) -> None:
    assert page.customized(name, ORIGINAL[name]) == ORIGINAL[name]


def test_files_of_comments_only_change_nothing(site: Path) -> None:
    for name, text in creation.templates().items():
        (site / name).write_text(text)
    assert {name: page.customized(name, ORIGINAL[name]) for name in ORIGINAL} == ORIGINAL
    assert checks.files() == []


def test_the_texts_follow_the_pages_own_in_the_same_file(site: Path) -> None:
    (site / "strings.js").write_text(OWN)
    found = served("strings.js")
    assert found.startswith(ORIGINAL["strings.js"].decode())
    assert texts.texts_of(found)["addTitle"]["text"] == "Fotos hinzufügen"


def test_the_bundle_applies_the_texts_as_well(site: Path) -> None:
    (site / "strings.js").write_text(OWN)
    first, rest = served(BUNDLE).split("};\n", 1)[0], ORIGINAL[BUNDLE].decode().split("\n", 1)[1]
    assert first.startswith("const siteTexts=(strings)=>{\ntry {")
    assert 'addTitle: "Fotos hinzufügen"' in first
    assert served(BUNDLE).endswith(rest)


def test_what_is_painted_before_the_scripts_has_the_same_texts(site: Path) -> None:
    (site / "strings.js").write_text(OWN)
    found = served("index.html")
    painted = dict(re.findall(r'data-text="(\w+)">([^<]+)<', found))
    assert painted["addTitle"] == "Fotos hinzufügen"
    assert painted["pick"] == "Choose photos"
    assert painted["tagline"] == "Bilder &amp; &lt;mehr&gt;"
    assert '<meta name="description" content="Bilder &amp; &lt;mehr&gt;">' in found
    assert '<html lang="de">' in found


def test_painted_labels_have_the_same_texts(site: Path) -> None:
    (site / "strings.js").write_text("strings.filter = 'Nur \"diese\"';")
    tag = b'<input id="a" data-label="filter" placeholder="Show" aria-label="Show" type="search">'
    assert page.customized("index.html", tag).decode() == (
        '<input id="a" data-label="filter" placeholder="Nur &quot;diese&quot;" '
        'aria-label="Nur &quot;diese&quot;" type="search">'
    )


def test_the_styles_follow_the_pages_own_in_the_same_file(site: Path) -> None:
    (site / "theme.css").write_text(":root { --safelight: #07f; }")
    assert served("style.css") == (
        f"{ORIGINAL['style.css'].decode()}\n:root {{ --safelight: #07f; }}"
    )


def test_the_local_page_and_a_deployed_one_are_the_same(site: Path) -> None:
    (site / "strings.js").write_text(OWN)
    (site / "theme.css").write_text("h1 { color: red; }")
    deployed = {file.key: file.content for file in page_files("https://photos.example")}
    for name in ("strings.js", "style.css", "index.html", "embed.html", "app.js"):
        body = read_page(FRONTEND, f"/{name}").body
        assert body
        assert body.read() == deployed[name]


def test_a_wrong_program_stops_a_deployment(site: Path) -> None:
    (site / "strings.js").write_text("Object.assign(strings, {")
    with pytest.raises(SettingsError, match=r"strings\.js is wrong: SyntaxError"):
        page_files("https://photos.example")


def test_a_program_that_breaks_while_it_is_served_is_left_out_and_reported(site: Path) -> None:
    (site / "strings.js").write_text("Object.assign(strings, {")
    found = page.tolerant("strings.js", ORIGINAL["strings.js"]).decode()
    assert found.startswith(ORIGINAL["strings.js"].decode())
    assert re.search(r'\nconsole\.error\(".*strings\.js is wrong: SyntaxError', found)
    assert page.tolerant("index.html", ORIGINAL["index.html"]) == ORIGINAL["index.html"]


def test_a_text_that_has_no_effect_is_reported(site: Path) -> None:
    (site / "strings.js").write_text("strings.adTitle = 'x';")
    [note] = checks.check()
    assert note.endswith("sets adTitle, which is no text of this version (did you mean addTitle?).")


def test_a_file_that_is_not_text_is_named(site: Path) -> None:
    (site / "theme.css").write_bytes(b"h1 { content: '\xff' }")
    with pytest.raises(SettingsError, match=r"theme\.css is not UTF-8 text"):
        checks.check()
