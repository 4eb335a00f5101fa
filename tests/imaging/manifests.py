"""Manifest stores made by hand: the same in every process, and malformed at will."""

import struct
from typing import Any

import cbor2

from tests.imaging.samples import chunk, saved, scene

_UUID_END = bytes.fromhex("00110010800000aa00389b71")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def superbox(label: str, *inner: bytes, kind: bytes = b"c2as") -> bytes:
    description = kind + _UUID_END + b"\x03" + label.encode() + b"\0"
    return box(b"jumb", box(b"jumd", description) + b"".join(inner))


def of_cbor(label: str, content: Any) -> bytes:
    return superbox(label, box(b"cbor", cbor2.dumps(content)))


def manifest(*assertions: bytes, label: str = "urn:uuid:1", claim: Any = None) -> bytes:
    claimed = {"claim_generator": "hand", "alg": "sha256"} if claim is None else claim
    store = superbox("c2pa.assertions", *assertions)
    return superbox(label, store, of_cbor("c2pa.claim", claimed))


def created_as(term: str) -> bytes:
    """The assertion that a picture was created as a digital source type."""
    step = {"action": "c2pa.created", "digitalSourceType": term}
    return of_cbor("c2pa.actions", {"actions": [step]})


def store(*manifests: bytes) -> bytes:
    return superbox("c2pa", *manifests, kind=b"c2pa")


def in_png(jumbf: bytes, width: int = 64, height: int = 48) -> bytes:
    data = saved(scene(width, height), "png")
    return data[:33] + chunk(b"caBX", jumbf) + data[33:]
