"""A request body that is hashed while it is read, so that a large one need not be kept to be recognized."""

import io
from typing import IO, Protocol

_PIECE = 1 << 16


class Hash(Protocol):
    """A running hash, as of hashlib."""

    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class HashingStream(io.RawIOBase):
    """Reads through to `inner`; `digest` is of all of it."""

    def __init__(self, inner: IO[bytes], running: Hash) -> None:
        super().__init__()
        self._inner = inner
        self._hash = running

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = self._inner.read(len(buffer))
        buffer[: len(piece)] = piece
        self._hash.update(piece)
        return len(piece)

    def digest(self) -> bytes:
        """Reads what is left and returns the hash of the whole body."""
        while self.read(_PIECE):
            pass
        return self._hash.digest()
