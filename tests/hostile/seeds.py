"""Small valid pictures of every format, in the variations that decoders distinguish."""

from collections.abc import Iterator

from PIL import Image

from chalicelib.imaging.attribution import packet_of
from tests.imaging import hdr_files, manifests, raws
from tests.imaging.samples import DISPLAY_P3, exif, saved

_SIZE = (70, 45)


def seeds() -> list[bytes]:
    """The same files in the same order in every process."""
    return list(_seeds())


def _seeds() -> Iterator[bytes]:
    ramp = Image.linear_gradient("L").resize(_SIZE)
    colours = Image.merge("RGB", (ramp, ramp.rotate(180), Image.radial_gradient("L").resize(_SIZE)))
    clear = colours.copy()
    clear.putalpha(ramp)
    frames = [colours.rotate(turn) for turn in (90, 180)]
    metadata = {"exif": exif(6, gps=True), "icc_profile": DISPLAY_P3}
    yield from _jpegs(colours, metadata)
    yield from _pngs(colours, clear, metadata)
    yield from _tiffs(colours, clear, {"exif": exif(6), "icc_profile": DISPLAY_P3})
    for kind in ("webp", "avif", "heic"):
        yield saved(colours, kind, **metadata)
        yield saved(clear, kind)
    yield saved(colours, "webp", lossless=True)
    yield saved(colours, "avif", subsampling="4:4:4", tile_rows=1, tile_cols=1)
    yield saved(colours, "jxl", exif=exif(6, gps=True)[6:], xmp=b"<x/>")
    yield saved(clear, "jxl", lossless=True)
    yield saved(colours.convert("L"), "jxl", icc=None)
    yield saved(colours, "heic", tile_size=32)
    yield saved(colours, "heic", chroma=444, save_nclx_profile=False)
    for kind in ("gif", "png", "webp", "avif", "tiff"):
        yield saved(colours, kind, save_all=True, append_images=frames, duration=100, loop=2)
    yield saved(colours.quantize(16), "gif", transparency=3, comment=b"said")
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield saved(clear.convert(mode), "bmp")
    yield from _raws(colours)
    yield from _labelled(colours)


def _labelled(colours: Image.Image) -> Iterator[bytes]:
    packet = packet_of("trainedAlgorithmicMedia")
    for kind in ("jpeg", "webp", "avif"):
        yield saved(colours, kind, xmp=packet)
    inner = manifests.manifest(manifests.created_as("algorithmicMedia"), label="inner")
    link = {"relationship": "componentOf", "activeManifest": {"url": "self#jumbf=/c2pa/inner"}}
    hashed = {"exclusions": [{"start": 33, "length": 9}], "hash": bytes(32)}
    outer = manifests.manifest(
        manifests.created_as("digitalCapture"),
        manifests.of_cbor("c2pa.ingredient.v3", link),
        manifests.of_cbor("c2pa.hash.data", hashed),
    )
    yield manifests.in_png(manifests.store(inner, outer), *_SIZE)


def _raws(colours: Image.Image) -> Iterator[bytes]:
    preview = saved(colours, "jpeg", quality=60, exif=exif())
    for kind in sorted(raws.KINDS):
        yield raws.raw(kind, preview, orientation=6, artist=b"Ann Other")
    for name in (b"PRVW", b"THMB"):
        yield raws.cr3_with_small(preview, name)
    yield from (raws.with_note(name, preview) for name in raws.NOTES)


def _jpegs(colours: Image.Image, metadata: dict[str, bytes]) -> Iterator[bytes]:
    yield saved(colours, "jpeg", comment="said", **metadata)
    yield saved(colours, "jpeg", progressive=True, restart_marker_rows=1)
    yield saved(colours.convert("CMYK"), "jpeg", progressive=True)
    yield saved(colours.convert("L"), "jpeg", subsampling="4:4:4")
    grey = hdr_files.described(hdr_files.glow(35, 23), hdr_files.hdrgm())
    coloured = hdr_files.glow(35, 23, "RGB")
    block = hdr_files.segment(0xE2, hdr_files.URN + hdr_files.iso(hdr_files.COLOURED))
    yield hdr_files.hdr_photo(colours, grey, **metadata) + hdr_files.VIDEO[:200]
    yield hdr_files.hdr_photo(colours, hdr_files.described(coloured, block), indexed=False)


def _pngs(colours: Image.Image, clear: Image.Image, metadata: dict[str, bytes]) -> Iterator[bytes]:
    yield saved(colours, "png", **metadata)
    yield saved(clear, "png")
    yield saved(colours.quantize(5), "png", transparency=2)
    yield saved(colours.convert("I;16"), "png")
    yield saved(colours.convert("1"), "png")


def _tiffs(colours: Image.Image, clear: Image.Image, metadata: dict[str, bytes]) -> Iterator[bytes]:
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield saved(colours, "tiff", compression=compression, **metadata)
    yield saved(colours.convert("1"), "tiff", compression="group4")
    yield saved(colours.convert("F"), "tiff")
    yield saved(colours.convert("I;16"), "tiff", compression="tiff_lzw")
    yield saved(colours.convert("CMYK"), "tiff")
    yield saved(clear, "tiff", big_tiff=True)
