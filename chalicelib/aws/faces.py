"""Faces, found by Amazon Rekognition."""

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of
from chalicelib.errors import FacesUnavailable
from chalicelib.model.focal_point import FaceBox

_LEAST_CONFIDENCE = 80  # percent


class RekognitionFaces:
    """Rekognition implementation of FaceDetector."""

    def detect(self, jpeg: bytes) -> list[FaceBox]:
        """The faces in a JPEG file; FacesUnavailable for any fault, even a missing permission."""
        try:
            response = clients.rekognition().detect_faces(Image={"Bytes": jpeg})
        except ClientError as reason:
            raise FacesUnavailable(f"Rekognition returned {code_of(reason)}.") from reason
        except BotoCoreError as reason:
            raise FacesUnavailable("Rekognition cannot be reached right now.") from reason
        found = [
            face["BoundingBox"]
            for face in response["FaceDetails"]
            if face.get("Confidence", 100) >= _LEAST_CONFIDENCE
        ]
        return [
            FaceBox(left=box["Left"], top=box["Top"], width=box["Width"], height=box["Height"])
            for box in found
        ]
