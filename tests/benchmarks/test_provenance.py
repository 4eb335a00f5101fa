"""The comparison with c2pa-python."""

from pathlib import Path

from click.testing import CliRunner

from benchmarks import provenance
from tests.imaging.credentials import CAPTURE, signed
from tests.imaging.samples import saved, scene


def report(folder: Path) -> str:
    run = CliRunner().invoke(provenance.main, [str(folder)], catch_exceptions=False)
    return run.output


def test_files_that_both_read_alike_are_counted(tmp_path: Path) -> None:
    plain = saved(scene(80, 60), "jpeg")
    (tmp_path / "plain.jpg").write_bytes(plain)
    (tmp_path / "text.txt").write_text("no picture")
    (tmp_path / "signed.jpg").write_bytes(signed(plain, "jpeg", CAPTURE))
    changed = bytearray(signed(plain, "jpeg"))
    changed[-40] ^= 1
    (tmp_path / "changed.jpg").write_bytes(changed)
    assert report(tmp_path) == "2 files with a manifest, 2 read alike\n"


def test_what_is_read_differently_is_shown(tmp_path: Path) -> None:
    data = signed(saved(scene(80, 60), "tiff"), "tiff")
    (tmp_path / "a.tiff").write_bytes(data)
    assert "a.tiff: content hash is 'matches' for c2pa-python, 'unchecked'" in report(tmp_path)
