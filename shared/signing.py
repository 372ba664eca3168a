"""What stands in an address and proves by itself that we wrote it: a few bytes and a signature (HMAC-SHA256, RFC 2104).

By the keys of `ITHACA_SECRET_KEY`, a list: the first signs, all verify.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache


class NotOurs(Exception):
    """Not signed by any of our keys, or not as we write it: nothing can be said of it."""


@lru_cache(maxsize=256)
def stretched(key: str, salt: bytes, length: int = 32) -> bytes:
    """So many bytes made of a key, which may be a phrase, for the one purpose of this `salt` (scrypt, RFC 7914).

    The salt is constant, as every process has to make the same of a key. It takes tens of milliseconds, once.
    """
    return hashlib.scrypt(key.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=length)


class Signing:
    """For one purpose. One for a process; safe to share between threads."""

    def __init__(self, keys: Sequence[str], salt: bytes, *, purpose: bytes = b"", length: int = 16) -> None:
        """`length`: so many bytes of a signature are kept; 16 are 128 bits (RFC 2104, section 5)."""
        self._keys, self._salt, self._purpose, self._length = tuple(keys), salt, purpose, length

    def signed(self, content: bytes) -> bytes:
        """The content with its signature behind it."""
        return content + self._signature(self._keys[0], content)

    def content(self, signed: bytes) -> bytes:
        """What was signed. Raises NotOurs."""
        content, given = signed[: -self._length], signed[-self._length :]
        if not any(hmac.compare_digest(self._signature(key, content), given) for key in self._keys):
            raise NotOurs
        return content

    def _signature(self, key: str, content: bytes) -> bytes:
        return hmac.digest(stretched(key, self._salt), self._purpose + content, "sha256")[: self._length]


def as_text(signed: bytes) -> str:
    """As it may stand in an address (base64url, RFC 4648, without padding)."""
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """What `as_text` wrote. Raises NotOurs for every other text.

    For those, too, that only spell it in another way: the last character of base64 may hold bits that say nothing.
    """
    try:
        signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotOurs from None
    if as_text(signed) != text:
        raise NotOurs
    return signed
