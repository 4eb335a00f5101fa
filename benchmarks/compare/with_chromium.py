"""Chromium as a reader: an image element drawn on an sRGB canvas."""

import sys
from base64 import b64decode, b64encode
from contextlib import suppress

from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.compare.serving import Pixels, Refused, serve
from tests.system import CHROMIUM, program

_PAGE = "https://compare.test/"
_SECONDS = 30  # to load and decode; the process that asks limits everything else
_DRAW = """async ([base64, seconds]) => {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([data]));
  try {
    const image = new Image();
    const late = new Promise((_, reject) =>
      setTimeout(() => reject(new Error("no picture in time")), seconds * 1000));
    image.src = url;
    await Promise.race([image.decode(), late]);
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d", { colorSpace: "srgb" });
    context.drawImage(image, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, canvas.width, canvas.height);
    const parts = [];
    for (let start = 0; start < pixels.length; start += 32766)
      parts.push(btoa(String.fromCharCode(...pixels.subarray(start, start + 32766))));
    return [canvas.width, canvas.height, parts.join("")];
  } finally {
    URL.revokeObjectURL(url);
  }
}"""


class Canvas:
    """A page that draws pictures; opened again after it crashed."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None

    def read(self, data: bytes) -> Pixels:
        """The picture in `data`; Refused with Chromium's message."""
        page = self._page = self._page or self._opened()
        try:
            width, height, pixels = page.evaluate(_DRAW, [b64encode(data).decode(), _SECONDS])
        except Error as error:
            if not self._browser.is_connected():
                sys.exit("The browser crashed.")  # and will be started again
            if "EncodingError" not in str(error):
                self._close()
            raise Refused(error.message) from error
        return Pixels(width, height, b64decode(pixels))

    def _opened(self) -> Page:
        page = self._browser.new_page()
        page.route(f"{_PAGE}**", lambda route: route.fulfill(body="", content_type="text/html"))
        page.goto(_PAGE)
        return page

    def _close(self) -> None:
        page, self._page = self._page, None
        with suppress(Error):
            if page:
                page.close()


def main() -> None:
    """Serve with one browser."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=program(CHROMIUM), args=["--no-sandbox"]
        ) as browser,
    ):
        serve(Canvas(browser).read)


if __name__ == "__main__":
    main()
