"""Where libvips and thumbor crop: reads jobs as lines of JSON, and writes a line for each.

A job has the `path` of a picture and the sizes of `crops`; the response has the left and top of
each crop by each way.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy
import pyvips
import thumbor.detectors.face_detector as face_detector
from PIL import Image
from thumbor.point import FocalPoint

_SMALLEST_FACE = 20, 15  # pixels, and parts of the shorter side, as in thumbor's detector
# As thumbor's detectors call OpenCV.
_FACES = {"scaleFactor": 1.2, "minNeighbors": 4}
_CORNERS = {"maxCorners": 20, "qualityLevel": 0.04, "minDistance": 1.0}
_CASCADE = Path(face_detector.__file__).with_name("haarcascade_frontalface_default.xml")

Place = list[float]


def main() -> None:
    """Serve until the input ends."""
    cascade = cv2.CascadeClassifier(str(_CASCADE))
    for line in sys.stdin:
        job = json.loads(line)
        places = {
            "libvips attention": list(_libvips(job, "attention")),
            "libvips entropy": list(_libvips(job, "entropy")),
            "thumbor": list(_thumbor(job, cascade)),
        }
        print(json.dumps(places), flush=True)


def _libvips(job: dict[str, Any], interesting: str) -> Iterator[Place]:
    image = pyvips.Image.new_from_file(job["path"])
    for width, height in job["crops"]:
        cropped = image.smartcrop(width, height, interesting=interesting)
        yield [-cropped.xoffset, -cropped.yoffset]


def _thumbor(job: dict[str, Any], cascade: Any) -> Iterator[Place]:
    """The detectors "face" and, if there is none, "feature", which its manual recommends."""
    with Image.open(job["path"]) as image:
        grey = numpy.array(image.convert("L"))
    points = _faces(grey, cascade) or _features(grey)
    height, width = grey.shape
    weight = sum(point.weight for point in points)
    x = sum(point.x * point.weight for point in points) / weight if points else width / 2
    y = sum(point.y * point.weight for point in points) / weight if points else height / 2
    for across, down in job["crops"]:
        yield [
            min(max(x - across / 2, 0), width - across),
            min(max(y - down / 2, 0), height - down),
        ]


def _faces(grey: Any, cascade: Any) -> list[FocalPoint]:
    least, parts = _SMALLEST_FACE
    side = max(least, min(grey.shape) // parts)
    found = cascade.detectMultiScale(grey, **_FACES, minSize=(side, side))
    points = []
    for left, top, width, height in found:
        hair = face_detector.HAIR_OFFSET * height
        raised = top - hair if top >= hair else top
        points.append(FocalPoint.from_square(float(left), raised, float(width), float(height)))
    return points


def _features(grey: Any) -> list[FocalPoint]:
    corners = cv2.goodFeaturesToTrack(grey, **_CORNERS)
    return [] if corners is None else [FocalPoint(x, y, 1) for x, y in corners.reshape(-1, 2)]


if __name__ == "__main__":
    main()
