"""gainmap-js, the JavaScript reader of gain maps, reads HDR renditions."""

import base64
import json
import subprocess
from io import BytesIO

import pytest
from PIL import Image

from chalicelib.imaging import render
from chalicelib.model.variants import Variant
from ops.project import PROJECT
from tests.imaging.hdr_files import (
    COLOURED,
    ONE,
    URN,
    Gains,
    described,
    glow,
    hdr_photo,
    iso,
    segment,
)
from tests.imaging.samples import LIMITS

SCRIPT = """
import { extractGainmapFromJPEG } from "@monogrid/gainmap-js";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const found = await extractGainmapFromJPEG(new Uint8Array(Buffer.concat(chunks)));
const text = (bytes) => Buffer.from(bytes).toString("base64");
const { metadata, sdr, gainMap } = found;
console.log(JSON.stringify({ metadata, sdr: text(sdr), gainMap: text(gainMap) }));
"""


@pytest.mark.parametrize("gains", [ONE, COLOURED], ids=["one channel", "three"])
@pytest.mark.parametrize("removed", [b"", URN], ids=["both forms", "XMP alone"])
def test_a_javascript_reader_finds_the_picture_the_gain_map_and_its_meaning(
    gains: Gains, removed: bytes
) -> None:
    mode = "RGB" if gains is COLOURED else "L"
    photo = hdr_photo(gain_map=described(glow(mode=mode), segment(0xE2, URN + iso(gains))))
    (made,) = render(
        photo, (Variant(name="v", width=320, formats=("jpeg",), hdr=True),), LIMITS
    ).renditions
    data = made.data.replace(removed, removed[::-1]) if removed else made.data
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        input=data,
        capture_output=True,
        cwd=PROJECT / "tests",
        check=True,
    )
    found = json.loads(done.stdout)
    meaning = found["metadata"]
    assert meaning["hdrCapacityMax"] == pytest.approx(gains.headroom, abs=1e-3)
    for name, expected in zip(
        ("gainMapMin", "gainMapMax", "gamma", "offsetSdr", "offsetHdr"), gains[:5], strict=True
    ):
        assert meaning[name] == pytest.approx(list(expected) * (3 // len(expected)), abs=1e-3)
    sizes = [Image.open(BytesIO(base64.b64decode(found[name]))).size for name in ("sdr", "gainMap")]
    assert sizes[0] == (320, 240)
    assert sizes[1][0] < 320
