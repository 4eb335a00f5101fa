"""The face detector on Rekognition, whose responses are botocore's stubs."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from chalicelib.aws import clients
from chalicelib.aws.faces import RekognitionFaces
from chalicelib.errors import FacesUnavailable
from chalicelib.model.focal_point import FaceBox
from tests.aws.conftest import stubbed

JPEG = b"\xff\xd8\xff\xd9"


@pytest.fixture
def rekognition(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed(clients.rekognition, monkeypatch) as stubber:
        yield stubber


def face(left: float, confidence: float) -> dict[str, Any]:
    box = {"Left": left, "Top": 0.25, "Width": 0.125, "Height": 0.5}
    return {"BoundingBox": box, "Confidence": confidence}


def test_faces_are_boxes_in_fractions(rekognition: Stubber) -> None:
    response = {"FaceDetails": [face(0.5, 99.9), face(-0.0625, 90)]}
    rekognition.add_response("detect_faces", response, {"Image": {"Bytes": JPEG}})
    assert RekognitionFaces().detect(JPEG) == [
        FaceBox(left=0.5, top=0.25, width=0.125, height=0.5),
        FaceBox(left=-0.0625, top=0.25, width=0.125, height=0.5),
    ]


def test_a_doubtful_face_is_none(rekognition: Stubber) -> None:
    rekognition.add_response("detect_faces", {"FaceDetails": [face(0.5, 60)]})
    assert RekognitionFaces().detect(JPEG) == []


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ThrottlingException", "InvalidImageFormatException"]
)
def test_a_refusal_is_named(rekognition: Stubber, code: str) -> None:
    rekognition.add_client_error("detect_faces", code, http_status_code=400)
    with pytest.raises(FacesUnavailable, match=code):
        RekognitionFaces().detect(JPEG)


def test_a_service_that_cannot_be_reached_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unreachable:
        def detect_faces(self, **_: object) -> None:
            raise EndpointConnectionError(endpoint_url="https://rekognition.example")

    monkeypatch.setattr(clients, "rekognition", Unreachable)
    with pytest.raises(FacesUnavailable, match="cannot be reached"):
        RekognitionFaces().detect(JPEG)
