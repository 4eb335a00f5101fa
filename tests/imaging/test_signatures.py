import base64
import gzip

import pytest

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS
from tests.imaging.samples import four_corners, saved


@pytest.mark.parametrize("kind", FORMATS)
def test_every_supported_format_is_detected_by_its_content(kind: str):
    assert sniff(saved(four_corners(), kind)) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"8BPS\x00\x01" + bytes(20),
        b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1jpeg",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n",
        b"\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01",
        b"\x00MRM\x00\x00\x00\x00",
        b"II\x1a\x00\x00\x00HEAPCCDR\x02\x00",
        b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'\xef\xbb\xbf<svg width="1"></svg>',
        gzip.compress(b"\xff\xd8\xff", mtime=0),
    ],
)
def test_a_known_format_that_we_do_not_read_is_unsupported(data: bytes):
    with pytest.raises(Rejection) as caught:
        sniff(data)
    assert caught.value.reason is Reason.UNSUPPORTED_FORMAT


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"FOVb\0\0\2\0", "Sigma X3F raw files are not supported."),
        (b"II*\0\x08\0\0\0IIIITwaR", "Phase One IIQ raw"),
        (b"MM\0*\0\0\0\x08MMMMRawT", "Phase One IIQ raw"),
        (b"v/1\x01\2\0\0\0", "OpenEXR"),
        (b"P6 640 480 255 ", "Netpbm"),
    ],
)
def test_formats_that_we_do_not_read_are_named(data: bytes, name: str):
    with pytest.raises(Rejection, match=f"^{name}"):
        sniff(data)


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"BMW is a maker of cars",
        b"<html><svg></svg></html>",
        b"\x00" * 64,
        b"RIFF....WAVE",
    ],
)
def test_anything_else_is_not_an_image(data: bytes):
    with pytest.raises(Rejection) as caught:
        sniff(data)
    assert caught.value.reason is Reason.NOT_AN_IMAGE


def test_no_bytes_are_an_empty_file():
    with pytest.raises(Rejection) as caught:
        sniff(b"")
    assert caught.value.reason is Reason.EMPTY_FILE


def test_an_avif_with_a_generic_major_brand_is_detected():
    assert sniff(b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf") == "avif"


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"])
@pytest.mark.parametrize("major", [b"", b"mif1", b"msf1"])
def test_a_heic_is_detected_by_any_of_its_brands(major: bytes, brand: bytes):
    brands = (major or brand) + bytes(4) + b"miaf" + brand
    assert sniff(b"\x00\x00\x00\x18ftyp" + brands) == "heic"


def test_thousands_of_comments_do_not_slow_the_search_for_svg():
    with pytest.raises(Rejection):
        sniff(b"<!---->" * 1000)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b'--x-1\r\nContent-Disposition: form-data; name="file"\r\n\r\n\xff\xd8\xff',
            "This is a form",
        ),
        (
            b'\r\n--x\r\ncontent-disposition: form-data; name="key"\r\n\r\nk\r\n--x--',
            "This is a form",
        ),
        (b"data:image/png;base64,iVBORw0KGgo=", "This is an image as text"),
        *(
            (base64.b64encode(saved(four_corners(), kind)), "This is an image as text")
            for kind in ("jpeg", "png", "gif", "webp")
        ),
    ],
)
def test_the_body_of_a_request_is_not_an_image_and_is_called_what_it_is(data: bytes, sentence: str):
    with pytest.raises(Rejection, match=sentence) as caught:
        sniff(data)
    assert caught.value.reason is Reason.NOT_AN_IMAGE
