"""The keys of private images of `make run`: made at the first run, in a file of mode 0600."""

import hashlib
from pathlib import Path

from ops import signing_keys
from ops.local.stack.private_files import write_private
from ops.signing_keys import SigningKeys


def file_of(data: Path) -> Path:
    """The file with the keys, in the form of the secret parameter."""
    return data / "cdn-key"


def ensure(data: Path) -> SigningKeys:
    """The stack's keys; made if there are none."""
    file = file_of(data)
    if not file.exists():
        _write(data, _accepted(signing_keys.new_keys()))
    return signing_keys.parsed(file.read_text())


def rotate(data: Path) -> SigningKeys:
    """Sign with a new key from now on. The former one stays valid, older ones do not."""
    keys = signing_keys.without_older(ensure(data))
    _write(data, _accepted(signing_keys.with_next(keys)))
    return ensure(data)


def parameter(data: Path) -> str:
    """The secret parameter."""
    ensure(data)
    return file_of(data).read_text()


def public_keys(data: Path) -> dict[str, str]:
    """The public keys that the local CDN accepts, as PEM by their ids."""
    pairs = ensure(data).pairs.values()
    return {pair.id: pair.public_key for pair in pairs if pair.id}


def _write(data: Path, keys: SigningKeys) -> None:
    write_private(file_of(data), signing_keys.written(keys))


def _accepted(keys: SigningKeys) -> SigningKeys:
    """With an id for the next key, as CloudFront would give it."""
    ids = {slot: _id_of(pair.public_key) for slot, pair in keys.pairs.items()}
    return signing_keys.promoted(keys, ids)


def _id_of(public_key: str) -> str:
    return "K" + hashlib.sha256(public_key.encode()).hexdigest()[:13].upper()
