"""Grants: what lets a person do one act on one thing from a link in a mail.

Whoever has one acts for that person, in that alone.

A grant is signed for this purpose and no other (`shared/signing.py`). Nothing is stored of it. It names
ids, and no name of anybody; it ends after a time that its maker says, and before that with the thing itself, which has
been answered, withdrawn, or is over.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.acts import Act
from shared.settings import Settings
from shared.signing import NotOurs, Signing, as_text, from_text

_FORM = b"\x01"
_SALT = b"ithaca grants of act pages"
_TIME = 5
"""Bytes of the last second at which it holds."""
_IDS = 32
LONGEST = 400
"""Characters; tenants have 64 at most, and language tags 35."""


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
        self._signing = Signing(keys, _SALT)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Grants | None":
        """By the keys of the settings; None where there is none, and then there are no grants."""
        return cls(settings.secret_keys) if settings.secret_keys else None

    def signed(self, grant: Grant) -> str:
        """The grant as it stands in an address."""
        return as_text(self._signing.signed(_FORM + _written(grant)))

    def read(self, text: str) -> Grant:
        """What a text from an address grants, whether or not its time has passed. Raises NotOurs."""
        if len(text) > LONGEST:
            raise NotOurs
        content = self._signing.content(from_text(text))
        try:
            if content[:1] != _FORM:
                raise NotOurs
            return _read(content[1:])
        except ValueError:
            raise NotOurs from None


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
