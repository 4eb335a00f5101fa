"""Attacks on private images: their files, signatures, shares and originals, on a real stack."""
