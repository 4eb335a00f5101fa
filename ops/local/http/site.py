"""The site's server: the page, its config.json, and the images as the CDN would serve them."""

import os
import shutil
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlsplit

from ops.edge import current_table
from ops.local.http import access, cdn, pages
from ops.local.http.cdn import Answer, Behind
from ops.local.http.connections import LIMITS
from ops.local.http.server import LocalRequest, LocalServer, listen
from ops.local.names import HOST
from ops.local.stack import signing_keys
from ops.local.stack.options import Options, read_options
from ops.project import FRONTEND

# A thousand viewers keep theirs open, as with CloudFront.
_CONNECTIONS = replace(LIMITS, most=2048)


class SiteServer(LocalServer):
    """The listening server of one stack."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._edge_table = current_table(os.environ)
        super().__init__(listen(options.site_port), SiteRequest, options.site_origins, _CONNECTIONS)

    @property
    def behind(self) -> Behind:
        """What the CDN has behind it; keys may have been rotated since the last request."""
        keys = signing_keys.ensure(self.options.data)
        return Behind(
            self._edge_table,
            f"{HOST}:{self.options.api_port}",
            self.options.site_url,
            {pair.id: pair.public_key for pair in keys.pairs.values() if pair.id},
            keys.origin_secret,
        )


class SiteRequest(LocalRequest):
    """Handles GET and HEAD requests of one connection."""

    server: SiteServer

    def do_GET(self) -> None:  # noqa: N802
        """Send the response with its body."""
        self._send(self._answer())

    def do_HEAD(self) -> None:  # noqa: N802
        """Send the response without its body."""
        self._send(self._answer())

    def access_problem(self) -> str | None:
        """Why a page may not read the response; None if it may, or needs no permission.

        Any page may load the scripts: the uploader can then say that the page's origin is refused.
        """
        if self._is_script() or not access.has_foreign_origin(self.headers, self.server.origins):
            return None
        return "The page's origin may not read this; add it to ALLOWED_ORIGINS."

    def refuse_access(self, sentence: str) -> None:
        """Send the sentence as text."""
        content = f"{sentence}\n".encode()
        headers = {"Content-Type": "text/plain", "Content-Length": str(len(content))}
        self._send(Answer(HTTPStatus.FORBIDDEN, headers, BytesIO(content)))

    def _path(self) -> str:
        return urlsplit(self.path).path

    def _is_script(self) -> bool:
        return self._path().endswith(".js") and not cdn.is_image(self._path())

    def _answer(self) -> Answer:
        path = self._path()
        if path == "/config.json":
            return pages.configuration(self.server.options)
        if cdn.is_image(path):
            headers = {name.title(): value for name, value in self.headers.items()}
            query = urlsplit(self.path).query
            return cdn.answer(path, query, headers, self.server.behind)
        page = pages.read_page(FRONTEND, path)
        return pages.compressed(page, self.headers.get("Accept-Encoding", ""))

    def _send(self, answer: Answer) -> None:
        headers = {**pages.security_headers(self.server.options), **answer.headers}
        headers |= self._cross_origin(headers.get("Vary"))
        if answer.body is None and answer.status is not HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = "0"
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.body:
            with answer.body as body:
                if self.command != "HEAD":
                    shutil.copyfileobj(body, self.wfile)

    def _cross_origin(self, vary: str | None) -> dict[str, str]:
        """CORS headers for the page that sends the request, if it may read the response."""
        if self._is_script():
            return {"Access-Control-Allow-Origin": "*"}
        headers = {"Vary": f"{vary}, Origin" if vary else "Origin"}
        origin = self.headers.get("Origin")
        if origin in self.server.origins:
            headers["Access-Control-Allow-Origin"] = origin
        return headers


def serve() -> None:
    """Serve until the process is stopped."""
    SiteServer(read_options(os.environ)).serve_forever()


if __name__ == "__main__":
    serve()
