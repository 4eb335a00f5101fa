"""The site's server: the page, its config.json, and the images as the CDN would serve them."""

import os
import shutil
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from ops.local.http import cdn, pages
from ops.local.http.cdn import Answer
from ops.local.names import HOST
from ops.local.stack.options import Options, read_options
from ops.project import PROJECT

_IMAGES = "/images/"


class SiteServer(ThreadingHTTPServer):
    """The listening server of one stack."""

    request_queue_size = 128

    def __init__(self, options: Options) -> None:
        self.options = options
        super().__init__((HOST, options.site_port), SiteRequest)


class SiteRequest(BaseHTTPRequestHandler):
    """Handles GET and HEAD requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are sent separately
    timeout = 60  # seconds that an idle connection stays open
    server: SiteServer

    def do_GET(self) -> None:
        """Send the response with its body."""
        self._send(self._answer())

    def do_HEAD(self) -> None:
        """Send the response without its body."""
        self._send(self._answer())

    def version_string(self) -> str:
        """The Server header, without versions."""
        return "Darkroom"

    def _answer(self) -> Answer:
        path = urlsplit(self.path).path
        if path == "/config.json":
            return pages.configuration(self.server.options)
        if path.startswith(_IMAGES):
            headers = {name.title(): value for name, value in self.headers.items()}
            return cdn.read_image(path.removeprefix(_IMAGES), headers)
        page = pages.read_page(PROJECT / "frontend", path)
        return pages.compressed(page, self.headers.get("Accept-Encoding", ""))

    def _send(self, answer: Answer) -> None:
        headers = {**pages.security_headers(self.server.options), **answer.headers}
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


def serve() -> None:
    """Serve until the process is stopped."""
    SiteServer(read_options(os.environ)).serve_forever()


if __name__ == "__main__":
    serve()
