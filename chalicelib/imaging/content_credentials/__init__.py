"""Content Credentials (C2PA): signed manifests of what was done to an original.

The library, c2pa-python, is an optional package, imported by the first file that is signed.
"""

from chalicelib.imaging.content_credentials.certificates import Chain, is_valid, read_chain
from chalicelib.imaging.content_credentials.cose import Sign
from chalicelib.imaging.content_credentials.history import History
from chalicelib.imaging.content_credentials.original import Original, describe_original
from chalicelib.imaging.content_credentials.signing import (
    SignedFile,
    check_library,
    check_pair,
    sign_file,
)

__all__ = [
    "Chain",
    "History",
    "Original",
    "Sign",
    "SignedFile",
    "check_library",
    "check_pair",
    "describe_original",
    "is_valid",
    "read_chain",
    "sign_file",
]
