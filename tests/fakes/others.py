"""A signer, a queue, a CDN and a bus that only remember what they were asked."""

from collections.abc import Collection, Sequence

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


class MemoryBus:
    """The Bus that a list is; it takes nothing while it is `away`."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.away = False

    def publish(self, notices: Sequence[Notice]) -> None:
        if self.away:
            raise PassingFault("The bus is away.")
        self.notices += notices
