"""Signed form values: what a browser submits for an image is what this server gave to it.

An id alone could be anybody's image, and a description from a browser could be anything. The view
that a browser asks for its upload's value has checked both, so saving a form needs no request.
"""

from django.core import signing

from django_darkroom.images import DarkroomImage, from_dict

_SALT = "django_darkroom.value"


def sign(image: DarkroomImage) -> str:
    """The form value of an image. Its first part, up to the colon, is JSON in base64."""
    return signing.dumps(image.to_dict(), salt=_SALT)


def verify(value: str) -> DarkroomImage | None:
    """The image of a form value; None if this server did not sign it."""
    try:
        return from_dict(signing.loads(value, salt=_SALT))
    except (signing.BadSignature, ValueError, AttributeError):
        return None
