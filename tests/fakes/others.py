"""In-memory signer, queue, CDN, secrets, tokens, quota counters and event bus."""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from chalicelib.auth.tokens import ApiToken
from chalicelib.errors import FacesUnavailable, TransientError
from chalicelib.model.focal_point import FaceBox
from chalicelib.model.outbox_event import OutboxEvent
from chalicelib.ports.objects import PresignedPost, PresignedPut
from chalicelib.ports.sizes import Claim
from chalicelib.sharing import Share

ORIGIN_SECRET = "the private origin"  # pragma: allowlist secret


class FakeFaces:
    """A FaceDetector that finds what it was told to, or fails with `fault`."""

    def __init__(self, *faces: FaceBox, fault: str = "") -> None:
        self.faces = faces
        self.fault = fault
        self.asked: list[bytes] = []

    def detect(self, jpeg: bytes) -> Sequence[FaceBox]:
        self.asked.append(jpeg)
        if self.fault:
            raise FacesUnavailable(self.fault)
        return self.faces


class FakeSigner:
    """A Signer that does not sign."""

    def presign_post(
        self, key: str, content_type: str, sha256: str | None, max_bytes: int, seconds: int
    ) -> PresignedPost:
        fields = {"key": key, "Content-Type": content_type, "max": str(max_bytes)}
        if sha256:
            fields["sha256"] = sha256
        return PresignedPost(url=f"https://uploads.example/?seconds={seconds}", fields=fields)

    def presign_put(
        self, key: str, content_type: str, size: int | None, seconds: int
    ) -> PresignedPut:
        headers = {"Content-Type": content_type, "If-None-Match": "*"}
        if size is not None:
            headers["Content-Length"] = str(size)
        return PresignedPut(url=f"https://uploads.example/{key}?{seconds}", headers=headers)

    def presign_get(
        self, key: str, version_id: str | None, content_type: str, disposition: str, seconds: int
    ) -> str:
        query = urlencode(
            {"version": version_id, "type": content_type, "as": disposition, "seconds": seconds}
        )
        return f"https://uploads.example/{key}?{query}"


class FakeCdnSigner:
    """A CdnSigner whose signature names what it allows."""

    is_ready = True

    def sign(self, resource: str, until: datetime) -> str:
        return f"Policy={until:%Y%m%dT%H%M%S}-{quote(resource, safe='')}&Signature=S&Key-Pair-Id=K1"

    def is_private_origin(self, secret: str) -> bool:
        return secret == ORIGIN_SECRET


class MemoryShares:
    """In-memory ShareStore."""

    def __init__(self) -> None:
        self._shares: dict[tuple[str, str], Share] = {}

    def put(self, share: Share) -> None:
        self._shares[share.image_id, share.id] = share

    def get(self, image_id: str, share_id: str) -> Share | None:
        return self._shares.get((image_id, share_id))

    def all_of(self, image_id: str) -> list[Share]:
        found = [share for share in self._shares.values() if share.image_id == image_id]
        return sorted(found, key=lambda share: share.created_at)

    def remove(self, image_id: str, share_id: str) -> bool:
        return self._shares.pop((image_id, share_id), None) is not None


class MemoryQueue:
    """In-memory Queue."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.groups: list[str] = []

    def send(self, body: str, group: str = "") -> None:
        self.bodies.append(body)
        self.groups.append(group)


class RecordingCdn:
    """A Cdn that records invalidations."""

    def __init__(self) -> None:
        self.invalidated: list[tuple[str, list[str]]] = []

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        self.invalidated.append((image_id, sorted(files)))
        return f"order-{len(self.invalidated)}"


class MemorySecrets:
    """Secrets with predictable values."""

    def __init__(self) -> None:
        self._replaced: dict[str, int] = {}

    def secret(self, name: str) -> bytes:
        return self._numbered(name, self._replaced.get(name, 0))

    def accepted(self, name: str) -> tuple[bytes, ...]:
        last = self._replaced.get(name, 0)
        return tuple(self._numbered(name, n) for n in (last, last - 1) if n >= 0)

    def replace(self, name: str) -> bytes:
        self._replaced[name] = self._replaced.get(name, 0) + 1
        return self.secret(name)

    def _numbered(self, name: str, number: int) -> bytes:
        return f"the secret {name}{f' {number}' if number else ''}".encode()


class MemoryTokens:
    """In-memory TokenStore."""

    def __init__(self) -> None:
        self._tokens: dict[str, ApiToken] = {}

    def get(self, token_id: str) -> ApiToken | None:
        return self._tokens.get(token_id)

    def put(self, token: ApiToken) -> None:
        self._tokens[token.id] = token

    def all(self) -> list[ApiToken]:
        return sorted(self._tokens.values(), key=lambda token: token.created_at)

    def remove(self, token_id: str) -> bool:
        return self._tokens.pop(token_id, None) is not None


class MemoryQuotaCounters:
    """In-memory QuotaCounters."""

    def __init__(self) -> None:
        self.expiries: dict[tuple[str, str], datetime] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._held: dict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def add(self, owner: str, count: str, amount: int, limit: int, expires: datetime) -> bool:
        with self._lock:
            fits = self._counts[owner, count] + amount <= limit
            self._counts[owner, count] += amount if fits else 0
            self.expiries[owner, count] = expires
            return fits

    def count(self, owner: str, count: str) -> int:
        """The present value of a counter."""
        return self._counts[owner, count]

    def hold(self, owner: str, ticket: str, limit: int, expires: datetime) -> bool:
        with self._lock:
            fits = len(self._held[owner]) < limit
            self._held[owner] |= {ticket} if fits else set()
            self.expiries[owner, "held"] = expires
            return fits

    def held(self, owner: str) -> frozenset[str]:
        return frozenset(self._held[owner])

    def release(self, owner: str, tickets: Collection[str]) -> None:
        with self._lock:
            self._held[owner] -= set(tickets)


class MemoryBus:
    """In-memory EventBus that fails while it is `away`."""

    def __init__(self) -> None:
        self.outbox_events: list[OutboxEvent] = []
        self.away = False

    def publish(self, outbox_events: Sequence[OutboxEvent]) -> None:
        if self.away:
            raise TransientError("The bus is away.")
        self.outbox_events += outbox_events


class MemorySizes:
    """In-memory SizeRegister."""

    def __init__(self) -> None:
        self.files: dict[str, set[str]] = {}
        self.claims: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def claim(self, image_id: str, key: str, limit: int, now: datetime, until: datetime) -> Claim:
        with self._lock:
            if self.claims.get(key, now) > now:
                return Claim.BUSY
            files = self.files.setdefault(image_id, set())
            if key not in files and len(files) >= limit:
                return Claim.FULL
            self.claims[key] = until
            files.add(key)
            return Claim.TAKEN

    def release(self, image_id: str, key: str) -> None:  # noqa: ARG002
        self.claims.pop(key, None)

    def remove(self, image_id: str, keys: Collection[str]) -> None:
        self.files[image_id] = self.files.get(image_id, set()) - {*keys}

    def forget(self, image_id: str) -> None:
        self.files.pop(image_id, None)
