"""The page's files, and the headers that they are served with."""

import gzip
import json
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from chalicelib import __version__
from ops.content_types import content_type, is_text
from ops.local.http.cdn import Answer
from ops.local.stack.options import Options
from ops.site_folder.page import tolerant


def security_headers(options: Options) -> dict[str, str]:
    """Headers of every response of the site: a page may load and call only what it needs."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        # The page may be opened as localhost; addresses of images have the other name.
        "img-src": f"'self' data: blob: {options.site_url}",
        "connect-src": f"'self' {options.api_url} {options.s3_url}",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "darkroom-worker",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def configuration(options: Options) -> Answer:
    """`/config.json`: the addresses of the API and the images, and the version."""
    addresses = {"api": options.api_url, "images": f"{options.site_url}/images"}
    content = json.dumps({**addresses, "version": __version__})
    return _file_answer(content.encode(), content_type("config.json"))


def read_page(root: Path, path: str) -> Answer:
    """A file below `root`, `index.html` for `/`; no listings, and no path outside `root`."""
    wanted = unquote(path).lstrip("/") or "index.html"
    file = root / wanted
    hidden = any(part.startswith(".") for part in Path(wanted).parts)
    if hidden or "\0" in wanted or not _is_inside(file, root) or not file.is_file():
        return Answer(HTTPStatus.NOT_FOUND, {"Cache-Control": "no-store"})
    content = tolerant(file.relative_to(root).as_posix(), file.read_bytes())
    return _file_answer(content, content_type(file.name))


def compressed(answer: Answer, accepted: str) -> Answer:
    """The response, compressed with gzip where the browser accepts that, as by the CDN."""
    kind = answer.headers.get("Content-Type", "")
    if "gzip" not in accepted or not is_text(kind) or answer.body is None:
        return answer
    with answer.body as body:
        content = gzip.compress(body.read(), mtime=0)
    more = {
        "Content-Encoding": "gzip",
        "Content-Length": str(len(content)),
        "Vary": "Accept-Encoding",
    }
    return Answer(answer.status, {**answer.headers, **more}, BytesIO(content))


def _is_inside(file: Path, root: Path) -> bool:
    return file.resolve().is_relative_to(root.resolve())


def _file_answer(content: bytes, kind: str) -> Answer:
    headers = {
        "Content-Type": kind,
        "Content-Length": str(len(content)),
        "Cache-Control": "no-cache",
    }
    return Answer(HTTPStatus.OK, headers, BytesIO(content))
