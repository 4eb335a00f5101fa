"""Signed renditions, from the setting to the record; c2pa-python judges the files."""

import pytest
from msgspec.structs import replace

from chalicelib.wiring import Wiring
from tests.builders import processed
from tests.fakes.content_key import FakeContentKey
from tests.imaging.credentials import c2pa_report
from tests.pictures import jpeg

PHOTO = jpeg(700, 500)


@pytest.fixture
def signing(wiring: Wiring) -> Wiring:
    wiring.settings = replace(
        wiring.settings, sign_renditions=True, c2pa_key="k", c2pa_certificates="c"
    )
    wiring.content_key = FakeContentKey()
    return wiring


def test_all_renditions_are_signed(signing: Wiring) -> None:
    done = processed(signing, PHOTO)
    assert done.renditions
    for rendition in done.renditions:
        data = signing.objects.read("test-images", rendition.key, 10**8).data
        report = c2pa_report(data, rendition.format)
        assert report["failures"] == {"signingCredential.untrusted"}
        assert (rendition.signed, rendition.bytes) == (True, len(data))
