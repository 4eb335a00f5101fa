"""The page's files as they are served: with the site folder's texts and colours.

They are appended to `strings.js` and `style.css`, and inserted into the uploader's bundle, so that
no further file is requested. What is painted before the scripts load has the same texts.
"""

import html
import json
import re
from functools import lru_cache

from chalicelib.errors import SettingsError
from ops.project import FRONTEND
from ops.site_folder import location, texts
from ops.site_folder.texts import LANGUAGE, Texts

_STYLE = "style.css"
_BUNDLE = "bundle/uploader.js"
# The first line of the bundle, which packages/bundle-uploader.mjs writes.
_NO_SITE_TEXTS = b"const siteTexts=()=>{};"

_PAINTED = re.compile(r'(<[^<>]*\bdata-text="(\w+)"[^<>]*>)([^<]+)(?=<)')
_LABELLED = re.compile(r'<[^<>]*\bdata-label="(\w+)"[^<>]*>')
_LABEL = re.compile(r'\b(aria-label|placeholder)="[^"]*"')
_SUMMARY = re.compile(r'(<meta name="description" content=")[^"]*')
_LANGUAGE = re.compile(r'(<html lang=")[^"]*')


def customized(name: str, content: bytes) -> bytes:
    """The page's file `name`, whose content in `frontend/` is given, as it is to be served.

    SettingsError if a file of the site folder is wrong.
    """
    if name == location.STRINGS:
        return content + _own_strings()
    if name == _BUNDLE and (own := _own_strings()):
        return content.replace(_NO_SITE_TEXTS, b"const siteTexts=(strings)=>{%b};" % own, 1)
    if name == _STYLE:
        return content + _appended_theme()
    if name.endswith(".html"):
        return _painted(content)
    return content


def tolerant(name: str, content: bytes) -> bytes:
    """Like `customized`, but a wrong file of the site folder is left out, and the page says so.

    For `make run`, which serves files that are being edited.
    """
    try:
        return customized(name, content)
    except SettingsError as reason:
        report = f"\nconsole.error({json.dumps(str(reason))});\n"
        return content + report.encode() if name in (location.STRINGS, _BUNDLE) else content


def check() -> list[str]:
    """SettingsError if a file of the site folder is wrong; sentences on what has no effect."""
    for name in (location.STRINGS, _STYLE):
        customized(name, (FRONTEND / name).read_bytes())
    source, own = _strings()
    if not own:
        return []
    name = _shown(location.STRINGS)
    return texts.unknown(_texts(source, "", name), _texts(source, own, name), name)


def _own_strings() -> bytes:
    """The program that changes the texts in scope, `strings`; empty if there is none."""
    source, own = _strings()
    if not own:
        return b""
    name = _shown(location.STRINGS)
    _texts(source, own, name)
    return texts.wrapped(own, name).encode()


def _appended_theme() -> bytes:
    theme = location.text(location.THEME)
    return f"\n{theme}".encode() if theme else b""


def _painted(content: bytes) -> bytes:
    source, own = _strings()
    if not own:
        return content
    name = _shown(location.STRINGS)
    before, after = _texts(source, "", name), _texts(source, own, name)
    page = _PAINTED.sub(lambda tag: tag[1] + _text(after, tag[2], tag[3]), content.decode())
    page = _LABELLED.sub(lambda tag: _labelled(tag, after), page)
    if _text(before, "tagline", "") != (tagline := _text(after, "tagline", "")):
        page = _SUMMARY.sub(lambda tag: tag[1] + tagline, page)
    if LANGUAGE in after:
        page = _LANGUAGE.sub(lambda tag: tag[1] + _text(after, LANGUAGE, ""), page)
    return page.encode()


def _labelled(tag: re.Match[str], after: Texts) -> str:
    return _LABEL.sub(lambda label: f'{label[1]}="{_text(after, tag[1], "")}"', tag[0])


def _text(all_texts: Texts, name: str, default: str) -> str:
    text = all_texts.get(name, {})
    return html.escape(text["text"]) if text.get("kind") == "string" else default


def _strings() -> tuple[str, str]:
    """The page's strings.js, and the site folder's, empty if it has none."""
    return (FRONTEND / location.STRINGS).read_text("utf-8"), location.text(location.STRINGS)


@lru_cache(maxsize=8)
def _texts(source: str, own: str, name: str) -> Texts:
    return texts.texts_of(source, own, name)


def _shown(name: str) -> str:
    return location.shown(location.folder() / name)
