"""Addresses that prove by themselves whose they are: for mail programs and servers, which cannot sign in.

Each kind is signed in a way of its own (`shared/signing.py`), so that none passes for another. Without a key there are
none.
"""

import base64
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.notifications.domain.telling import Category
from shared.signing import NotOurs, Signing, as_text, from_text

_SALT = b"ithaca addresses in mails"
_SHORT = 10
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
        self.make = bool(keys)
        """Whether there is a key at all."""
        self._unsubscribing = Signing(keys, _SALT, purpose=b"unsubscribe\0")
        self._bouncing = Signing(keys, _SALT, purpose=b"bounce\0", length=_SHORT)

    def unsubscribing(self, what: Unsubscribing) -> str:
        """The token that may do this and nothing else."""
        categories = sorted(each.value for each in what.categories)
        content = json.dumps([what.tenant, what.member_id, *categories], separators=(",", ":")).encode()
        return as_text(self._unsubscribing.signed(content))

    def read_unsubscribing(self, token: str) -> Unsubscribing | None:
        """What the token may do; None for one that we did not make."""
        try:
            content = self._unsubscribing.content(from_text(token))
        except NotOurs:
            return None
        tenant, member_id, *categories = json.loads(content)
        return Unsubscribing(tenant, member_id, [Category(each) for each in categories if each in set(Category)])

    def bouncing(self, delivery_id: str) -> str:
        """The token of one delivery, in lower case letters and digits: servers on the way may change the case."""
        return _small_text(self._bouncing.signed(uuid.UUID(delivery_id).bytes))

    def read_bouncing(self, token: str) -> str | None:
        """The delivery's id; None for a token that we did not make."""
        try:
            signed = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
            # Written as we write it: the last character has bits to spare, which would make other texts of it.
            content = self._bouncing.content(signed) if _small_text(signed) == token.lower() else b""
            return str(uuid.UUID(bytes=content))
        except (ValueError, NotOurs):
            return None


def _small_text(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()
