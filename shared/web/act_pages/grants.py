"""Grants: what lets a person do one act on one thing from a link in a mail.

Whoever has one acts for that person, in that alone.

A grant is signed (HMAC-SHA256, RFC 2104) with a key that is derived from `ITHACA_SECRET_KEY` for this purpose and no
other: the variable is a list, whose first key signs and all of whose keys verify. Nothing is stored of it. It names
ids, and no name of anybody; it ends after a time that its maker says, and before that with the thing itself, which has
been answered, withdrawn, or is over.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from shared.contracts.acts import Act
from shared.settings import Settings

_FORM = b"\x01"
_SALT = b"ithaca grants of act pages"
_MAC = 16
"""Bytes of the HMAC that are kept: 128 bits (RFC 2104, section 5)."""
_TIME = 5
"""Bytes of the last second at which it holds."""
_IDS = 32
LONGEST = 400
"""Characters; tenants have 64 at most, and language tags 35."""


class NoGrant(Exception):
    """Not signed by any of our keys, or not readable: nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One act of one member of a tenant on one thing; `locale` is how that member reads, as a BCP 47 tag."""

    act: Act
    tenant: str
    member_id: str
    subject_id: str
    locale: str
    until: datetime
    """To the second."""

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return now > self.until


class Grants:
    """Signs and verifies. One for a process; safe to share between threads."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._texts = tuple(keys)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Grants | None":
        """By the keys of the settings; None where there is none, and then there are no grants."""
        return cls(settings.secret_keys) if settings.secret_keys else None

    def signed(self, grant: Grant) -> str:
        """The grant as it stands in an address."""
        content = _FORM + _written(grant)
        return base64.urlsafe_b64encode(content + _mac(self._keys[0], content)).rstrip(b"=").decode()

    def read(self, text: str) -> Grant:
        """What a text from an address grants, whether or not its time has passed. Raises NoGrant."""
        if len(text) > LONGEST or not text.isascii():
            raise NoGrant
        try:
            signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            raise NoGrant from None
        content, mac = signed[:-_MAC], signed[-_MAC:]
        # One text for one grant: the last character of base64 may hold bits that say nothing.
        if base64.urlsafe_b64encode(signed).rstrip(b"=").decode() != text or content[:1] != _FORM:
            raise NoGrant
        if not any(hmac.compare_digest(_mac(key, content), mac) for key in self._keys):
            raise NoGrant
        try:
            return _read(content[1:])
        except ValueError:
            raise NoGrant from None

    @cached_property
    def _keys(self) -> Sequence[bytes]:
        """Stretched, since a grant is in other hands and a key may be a phrase; made once, when first needed."""
        return [hashlib.scrypt(each.encode(), salt=_SALT, n=1 << 14, r=8, p=1, dklen=32) for each in self._texts]


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")[:_MAC]


def _written(grant: Grant) -> bytes:
    words = "\0".join((grant.act.value, grant.locale, grant.tenant))
    return (
        int(grant.until.timestamp()).to_bytes(_TIME)
        + uuid.UUID(grant.member_id).bytes
        + uuid.UUID(grant.subject_id).bytes
        + words.encode()
    )


def _read(content: bytes) -> Grant:
    """Raises ValueError for what this version does not write."""
    act, locale, tenant = content[_TIME + _IDS :].decode().split("\0")
    return Grant(
        act=Act(act),
        tenant=tenant,
        member_id=str(uuid.UUID(bytes=content[_TIME : _TIME + 16])),
        subject_id=str(uuid.UUID(bytes=content[_TIME + 16 : _TIME + _IDS])),
        locale=locale,
        until=datetime.fromtimestamp(int.from_bytes(content[:_TIME]), UTC),
    )
