"""Provenance: where an original says it comes from, and the label that renditions carry.

Manifests and metadata are parsed here, within limits, and any of it may be malformed. No signature
is verified: what is read is a claim.
"""

from chalicelib.imaging.provenance.reader import read_provenance

__all__ = ["read_provenance"]
