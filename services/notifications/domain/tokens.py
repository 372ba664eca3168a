"""Addresses that prove by themselves whose they are: for mail programs and servers, which cannot sign in.

Signed with the keys of `ITHACA_SECRET_KEY`, the first signs and all verify. Each kind has a signature of its own, so
that none passes for another. Without a key there are none.
"""

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.notifications.domain.telling import Category

_SALT = b"ithaca addresses in mails"
"""Constant, as every process has to make the same signatures."""

_UNSUBSCRIBE, _BOUNCE = b"unsubscribe", b"bounce"
_LONG, _SHORT = 16, 10
"""Bytes of a signature. A local part of an address has 64 characters: what stands in one is short."""


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """Who would stop which kinds of mail."""

    tenant: str
    member_id: str
    categories: Collection[Category]


class Tokens:
    """Makes and reads them. One for a process; safe to share between threads."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    @property
    def make(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._keys)

    def unsubscribing(self, what: Unsubscribing) -> str:
        """The token that may do this and nothing else."""
        categories = sorted(each.value for each in what.categories)
        content = json.dumps([what.tenant, what.member_id, *categories], separators=(",", ":")).encode()
        return f"{_text(content)}.{_text(_signature(self._keys[0], _UNSUBSCRIBE, content, _LONG))}"

    def read_unsubscribing(self, token: str) -> Unsubscribing | None:
        """What the token may do; None for one that we did not make."""
        content_text, _, signature = token.partition(".")
        try:
            content, given = _bytes(content_text), _bytes(signature)
        except (binascii.Error, ValueError):
            return None
        # Written as we write it: the last character has bits to spare, which would make other texts of it.
        if f"{_text(content)}.{_text(given)}" != token or not self._is_ours(_UNSUBSCRIBE, content, given, _LONG):
            return None
        tenant, member_id, *categories = json.loads(content)
        return Unsubscribing(tenant, member_id, [Category(each) for each in categories if each in set(Category)])

    def bouncing(self, delivery_id: str) -> str:
        """The token of one delivery, in lower case letters and digits: servers on the way may change the case."""
        content = uuid.UUID(delivery_id).bytes
        return _small_text(content + _signature(self._keys[0], _BOUNCE, content, _SHORT))

    def read_bouncing(self, token: str) -> str | None:
        """The delivery's id; None for a token that we did not make."""
        try:
            signed = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (binascii.Error, ValueError):
            return None
        content, given = signed[:16], signed[16:]
        if (
            len(content) != 16
            or _small_text(signed) != token.lower()
            or not self._is_ours(_BOUNCE, content, given, _SHORT)
        ):
            return None
        return str(uuid.UUID(bytes=content))

    def _is_ours(self, purpose: bytes, content: bytes, given: bytes, length: int) -> bool:
        return any(hmac.compare_digest(_signature(key, purpose, content, length), given) for key in self._keys)


def _signature(key: str, purpose: bytes, content: bytes, length: int) -> bytes:
    return hmac.digest(_derived(key), purpose + b"\0" + content, "sha256")[:length]


@lru_cache(maxsize=64)
def _derived(key: str) -> bytes:
    return hashlib.scrypt(key.encode(), salt=_SALT, n=1 << 14, r=8, p=1, dklen=32)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _small_text(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
