import sys
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from benchmarks.compare.agreement import CLASSES, DIFFERING, PAIRS, classify
from benchmarks.compare.comparing import Compared, compare
from benchmarks.compare.difference import difference
from benchmarks.compare.explanations import EXPLAINED, Explanation, load_explanations
from benchmarks.compare.formats import kind_of, knows
from benchmarks.compare.outcomes import READERS, Difference, Outcome
from benchmarks.compare.page import page
from benchmarks.compare.readers import Reader, started_readers
from benchmarks.compare.report import summary
from tests.pictures import jpeg
from tests.waiting import GENEROUS

READY = Outcome(status="ready", width=4, height=4)
REFUSED = Outcome(status="refused", reason="corrupt_image", detail="The picture is damaged.")
CRASHED = Outcome(status="crashed")
UNABLE = Outcome(status="cannot_read")
NEAR = Difference(mean=0.4, share=0.0)
FAR = Difference(mean=20.0, share=0.5)


def compared(**changes: object) -> Compared:
    one = Compared(
        file="a/<b>.png",
        kind="png",
        class_="darkroom alone",
        explanation="",
        outcomes=dict(zip(READERS, (REFUSED, READY, READY), strict=True)),
        differences={"libvips-chromium": NEAR},
        pictures="0001",
    )
    return msgspec.structs.replace(one, **changes)


@pytest.mark.parametrize(
    ("outcomes", "distances", "class_"),
    [
        ((READY, READY, READY), (NEAR, NEAR, NEAR), "all agree"),
        ((READY, READY, READY), (FAR, FAR, NEAR), "darkroom alone"),
        ((READY, READY, READY), (FAR, NEAR, FAR), "libvips alone"),
        ((READY, READY, READY), (NEAR, FAR, FAR), "chromium alone"),
        ((READY, READY, READY), (FAR, FAR, FAR), "all differ"),
        ((READY, READY, READY), (None, None, NEAR), "darkroom alone"),
        ((REFUSED, READY, READY), (None, None, NEAR), "darkroom alone"),
        ((REFUSED, READY, READY), (None, None, FAR), "all differ"),
        ((READY, REFUSED, CRASHED), (None, None, None), "darkroom alone"),
        ((REFUSED, CRASHED, READY), (None, None, None), "chromium alone"),
        ((REFUSED, CRASHED, REFUSED), (None, None, None), "all refuse"),
        ((REFUSED, READY, UNABLE), (None, None, None), "two differ"),
        ((READY, READY, UNABLE), (FAR, None, None), "two differ"),
        ((READY, READY, UNABLE), (NEAR, None, None), "all agree"),
        ((READY, UNABLE, UNABLE), (None, None, None), "one reader"),
        ((UNABLE, UNABLE, UNABLE), (None, None, None), "no reader"),
    ],
)
def test_the_reader_that_differs_from_two_is_alone(outcomes, distances, class_):
    pairs = zip(PAIRS, distances, strict=True)
    differences = {pair: distance for pair, distance in pairs if distance}
    assert classify(dict(zip(READERS, outcomes, strict=True)), differences) == class_
    assert class_ in CLASSES


def test_of_two_agreeing_pairs_the_closer_counts():
    outcomes = dict.fromkeys(READERS, READY)
    distances = Difference(mean=2.9, share=0), FAR, Difference(mean=0.1, share=0)
    assert classify(outcomes, dict(zip(PAIRS, distances, strict=True))) == "darkroom alone"


def test_the_same_pictures_do_not_differ():
    image = Image.linear_gradient("L").convert("RGBA")
    assert difference(image, image) == Difference(mean=0, share=0)


def test_a_torn_corner_counts_by_its_share():
    image = Image.new("RGBA", (100, 100), "grey")
    torn = image.copy()
    torn.paste((0, 255, 0, 255), (0, 0, 10, 30))
    found = difference(image, torn)
    assert (found.mean < 4, found.share) == (True, 0.03)


def test_transparency_counts_on_either_background():
    white = Image.new("RGBA", (4, 4), "white")
    assert difference(white, Image.new("RGBA", (4, 4), (255, 255, 255, 0))).mean == 255
    assert difference(Image.new("RGBA", (4, 4)), Image.new("RGBA", (4, 4), "black")).mean == 255


def test_the_colour_of_what_is_transparent_does_not_count():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0)), Image.new("RGBA", (4, 4), (0, 0, 255, 0))
    assert difference(*clear).mean == 0


def test_content_decides_the_format():
    assert kind_of(jpeg(8, 8), ".txt") == "jpeg"
    assert kind_of(b"%PDF-1.7", ".png") == "other"
    assert kind_of(b"hello", ".png") == "unknown"
    assert kind_of(b"hello", ".txt") is None


def test_a_browser_cannot_read_a_tiff():
    able = {kind: [name for name in READERS if knows(name, kind)] for kind in ("tiff", "bmp")}
    assert able == {"tiff": ["darkroom", "libvips"], "bmp": ["darkroom", "chromium"]}


def test_an_explanation_holds_for_a_pattern():
    explanation = Explanation(files=("b/*.png",), why="so", reasons=("corrupt_image",))
    assert explanation.holds("a/b/c.png", "png", "darkroom alone", "corrupt_image")
    assert not explanation.holds("a/b/c.png", "png", "darkroom alone", "")
    assert not explanation.holds("a/xb/c.png", "png", "darkroom alone", "corrupt_image")


def test_the_explanations_name_classes_that_exist():
    explanations = load_explanations(EXPLAINED)
    assert explanations
    assert {name for one in explanations for name in one.classes} <= set(DIFFERING)


def test_the_page_escapes_names_and_lists_explained_files_apart():
    html = page([compared(), compared(explanation="known")])
    assert "a/&lt;b&gt;.png" in html
    assert "<h2>darkroom alone: 1</h2>" in html
    assert "<h2>darkroom alone, explained: 1</h2>" in html
    assert 'src="pictures/0001/chromium.png"' in html


def test_the_summary_counts_classes_and_formats():
    files = [compared(), compared(explanation="known"), compared(class_="all agree")]
    assert summary(files).splitlines() == [
        "     3  files",
        "     2  darkroom alone (2 png; 1 explained)",
        "     1  all agree (1 png)",
    ]


def test_darkroom_reads_what_it_can(tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(jpeg(16, 8))
    with started_readers(GENEROUS, tmp_path, ("darkroom",)) as found:
        outcome, image = found["darkroom"].read(tmp_path / "a.jpg")
        (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff")
        refused, nothing = found["darkroom"].read(tmp_path / "b.jpg")
    assert (outcome.summary, image and image.size) == ("16 × 8", (16, 8))
    assert (refused.reason, nothing) == ("corrupt_image", None)


def test_the_pictures_of_a_folder_are_compared(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(16, 8))
    (folder / "notes.txt").write_bytes(b"no picture")
    with started_readers(GENEROUS, tmp_path, ("darkroom",)) as found:
        everyone = dict.fromkeys(READERS, found["darkroom"])
        (one,) = compare(folder, everyone, (), None)
    assert (one.file, one.kind, one.class_) == ("a.jpg", "jpeg", "all agree")


@pytest.mark.parametrize(
    ("program", "seconds", "status"),
    [
        ("import time; time.sleep(600)", 0.5, "timed_out"),
        ("import os; os._exit(3)", GENEROUS, "crashed"),
    ],
)
def test_a_reader_that_hangs_or_crashes_is_started_again(
    tmp_path: Path, program: str, seconds: float, status: str
):
    reader = Reader("darkroom", seconds, tmp_path)
    healthy, reader._command = reader._command, [sys.executable, "-c", program]
    (tmp_path / "a.jpg").write_bytes(jpeg(16, 8))
    assert reader.read(tmp_path / "a.jpg")[0].status == status
    reader._command, reader._seconds = healthy, GENEROUS
    assert reader.read(tmp_path / "a.jpg")[0].status == "ready"
    reader.close()
