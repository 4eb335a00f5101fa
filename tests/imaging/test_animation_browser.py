"""Animations in a real browser: the originals, and their renditions."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from chalicelib.model.variants import Variant
from tests.imaging import animations
from tests.imaging.animations import Strip, animated, row_of, shown, sprite
from tests.imaging.samples import rendered
from tests.waiting import GENEROUS

# ImageDecoder requires a secure page; requests to this one are answered locally.
_PAGE = "https://animation.test/"
_DECODE = """async ([base64, type]) => {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const decoder = new ImageDecoder({ data, type, preferAnimation: true });
  await decoder.tracks.ready;
  await decoder.completed;
  const track = decoder.tracks.selectedTrack;
  const frames = [];
  for (let frameIndex = 0; frameIndex < track.frameCount; frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    frames.push({
      size: [canvas.width, canvas.height],
      milliseconds: image.duration / 1000,
      pixels: btoa(String.fromCharCode(...pixels)),
    });
  }
  const forEver = track.repetitionCount === Infinity;
  return { frames, repetitions: forEver ? null : track.repetitionCount };
}"""


class Viewed(NamedTuple):
    """An animation as decoded by a browser; `repetitions` is None for ever."""

    pictures: list[Image.Image]
    milliseconds: list[float]
    repetitions: int | None


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(GENEROUS * 1000)
    page.route(f"{_PAGE}**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto(_PAGE)
    yield page
    page.close()


def viewed(page: Page, data: bytes, type: str) -> Viewed:
    decoded: dict[str, Any] = page.evaluate(_DECODE, [b64encode(data).decode(), type])
    pictures = [
        Image.frombytes("RGBA", tuple(frame["size"]), b64decode(frame["pixels"]))
        for frame in decoded["frames"]
    ]
    return Viewed(
        pictures,
        [frame["milliseconds"] for frame in decoded["frames"]],
        decoded["repetitions"],
    )


STRIPS = (
    Strip("RRRRRR", 0, "clear"),
    Strip("GG", 2, time=3),
    Strip("BB.B", 2, "clear", time=20),
    Strip("W", 0, time=150),
)
WRITERS: dict[str, Callable[..., bytes]] = {
    "image/gif": animations.gif, "image/png": animations.apng, "image/webp": animations.webp
}  # fmt: skip


@pytest.mark.parametrize("type", WRITERS)
def test_a_browser_sees_the_frames_that_we_read(page: Page, type: str):
    data = WRITERS[type](6, *STRIPS)
    seen = viewed(page, data, type).pictures
    assert list(map(row_of, seen)) == [row_of(picture) for picture, _ in shown(data)]


@pytest.mark.parametrize("type", ["image/gif", "image/png"])
def test_a_browser_sees_the_restored_frames_that_we_read(page: Page, type: str):
    restored = [strip._replace(disposal="restore") for strip in STRIPS]
    data = WRITERS[type](6, STRIPS[0], *restored)
    seen = viewed(page, data, type).pictures
    assert list(map(row_of, seen)) == [row_of(picture) for picture, _ in shown(data)]


@pytest.mark.parametrize("type", WRITERS)
def test_a_browser_sees_our_file_as_it_sees_the_original(page: Page, type: str):
    kind = type.removeprefix("image/")
    data = animated(sprite(6), kind, duration=[20, 30, 500, 40, 50, 60])
    (made,) = rendered(data, Variant(name="v", width=64)).renditions
    before, after = viewed(page, data, type), viewed(page, made.data, made.media_type)
    assert after.milliseconds == before.milliseconds == [20, 30, 500, 40, 50, 60]
    assert after.repetitions == before.repetitions
    for original, ours in zip(before.pictures, after.pictures, strict=True):
        boxes = [image.getchannel("A").point(_SOLID).getbbox() for image in (original, ours)]
        assert boxes[0] == boxes[1]
        left, top, *_ = boxes[0] or (0, 0)
        assert ours.getpixel((left + 8, top + 8))[0] > 240  # type: ignore[index]


_SOLID = [255 * (level > 128) for level in range(256)]


@pytest.mark.parametrize(
    ("type", "loop"),
    [("image/gif", {"repeats": None}), ("image/gif", {"repeats": 0}), ("image/gif", {"repeats": 3}),
     ("image/png", {"plays": 0}), ("image/png", {"plays": 1}), ("image/png", {"plays": 4}),
     ("image/webp", {"plays": 0}), ("image/webp", {"plays": 1}), ("image/webp", {"plays": 4})],
)  # fmt: skip
def test_a_browser_repeats_our_file_as_often(page: Page, type: str, loop: dict[str, int | None]):
    data = WRITERS[type](6, *STRIPS, **loop)
    (made,) = rendered(data, Variant(name="v", width=5)).renditions
    ours = viewed(page, made.data, made.media_type).repetitions
    assert ours == viewed(page, data, type).repetitions
