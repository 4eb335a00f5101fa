"""A signer, a queue, a CDN, a bus and more that only remember what they were asked."""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from chalicelib.access.tokens import Token
from chalicelib.errors import PassingFault
from chalicelib.notices import Notice
from chalicelib.ports import PresignedPost, PresignedPut


class RememberingSigner:
    """The Signer that signs nothing."""

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
        headers = {"Content-Type": content_type}
        if size is not None:
            headers["Content-Length"] = str(size)
        return PresignedPut(url=f"https://uploads.example/{key}?{seconds}", headers=headers)


class MemoryQueue:
    """The Queue that a list is."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send(self, body: str) -> None:
        self.bodies.append(body)


class ForgetfulCdn:
    """The Cdn that remembers only what it was told to forget."""

    def __init__(self) -> None:
        self.forgotten: list[tuple[str, list[str]]] = []

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        self.forgotten.append((image_id, sorted(files)))
        return f"order-{len(self.forgotten)}"


class MemorySecrets:
    """The Secrets that are no secret."""

    def secret(self, name: str) -> bytes:
        return f"the secret {name}".encode()


class MemoryTokens:
    """The TokenStore that a dictionary is."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def get(self, token_id: str) -> Token | None:
        return self._tokens.get(token_id)

    def put(self, token: Token) -> None:
        self._tokens[token.id] = token

    def all(self) -> list[Token]:
        return sorted(self._tokens.values(), key=lambda token: token.created_at)

    def remove(self, token_id: str) -> bool:
        return self._tokens.pop(token_id, None) is not None


class MemoryMeters:
    """The Meters that a lock and some dictionaries are."""

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
    """The Bus that a list is; it takes nothing while it is `away`."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.away = False

    def publish(self, notices: Sequence[Notice]) -> None:
        if self.away:
            raise PassingFault("The bus is away.")
        self.notices += notices
