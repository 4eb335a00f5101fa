"""Key pairs that sign the URLs of private images: how they are made, kept and rotated.

A stage has at most two: URLs that were signed with the older one go on working until they expire.
"""

import secrets

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from msgspec import Struct
from msgspec.structs import replace

SLOTS = ("First", "Second")  # of the parameters and resources of infrastructure/delivery.yaml
_BITS = 2_048  # the length that CloudFront supports


class KeyPair(Struct, frozen=True):
    """A private key and its public key, as PEM. `id` is empty until CloudFront has it."""

    private_key: str
    public_key: str
    id: str = ""


class SigningKeys(Struct, frozen=True, kw_only=True):
    """The secret parameter: the key that signs now, which the API reads, and all pairs by slot.

    The fields `id`, `private_key` and `origin_secret` are those that the application reads
    (chalicelib/aws/cdn_signing.py). `next_slot` has a pair that CloudFront does not have yet. The
    private key of a pair that no longer signs is not kept.
    """

    id: str
    private_key: str
    origin_secret: str
    slot: str
    pairs: dict[str, KeyPair]
    next_slot: str = ""

    @property
    def other_slot(self) -> str:
        """The slot that does not sign."""
        return next(slot for slot in SLOTS if slot != self.slot)

    def public_key(self, slot: str) -> str:
        """The public key in a slot; empty without one."""
        return self.pairs[slot].public_key if slot in self.pairs else ""


def new_pair() -> KeyPair:
    """A new RSA key pair."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode(), public.decode())


def new_keys() -> SigningKeys:
    """The first key pair of a stage, which CloudFront does not have yet."""
    pair = new_pair()
    return SigningKeys(
        id="",
        private_key=pair.private_key,
        origin_secret=secrets.token_hex(32),
        slot=SLOTS[0],
        pairs={SLOTS[0]: pair},
        next_slot=SLOTS[0],
    )


def without_older(keys: SigningKeys) -> SigningKeys:
    """Without the pair that no longer signs: its URLs become invalid."""
    return replace(keys, pairs={keys.slot: keys.pairs[keys.slot]}, next_slot="")


def with_next(keys: SigningKeys) -> SigningKeys:
    """With a new pair beside the one that signs."""
    slot = keys.other_slot
    return replace(keys, pairs={**keys.pairs, slot: new_pair()}, next_slot=slot)


def promoted(keys: SigningKeys, ids: dict[str, str]) -> SigningKeys:
    """Signing with the next pair, if there is one, once CloudFront has given it an id."""
    slot = keys.next_slot
    if not slot or not ids.get(slot):
        return keys
    pair = replace(keys.pairs[slot], id=ids[slot])
    former = {name: replace(old, private_key="") for name, old in keys.pairs.items()}
    return replace(
        keys,
        id=pair.id,
        private_key=pair.private_key,
        slot=slot,
        pairs={**former, slot: replace(pair, private_key="")},
        next_slot="",
    )


def written(keys: SigningKeys) -> str:
    """The parameter's text."""
    return msgspec.json.encode(keys).decode()


def parsed(text: str) -> SigningKeys:
    """The keys in a parameter; MsgspecError if it has another form."""
    return msgspec.json.decode(text, type=SigningKeys)
