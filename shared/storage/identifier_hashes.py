"""Keyed hashes of what a person is known by: who was erased is recognized, and nobody learns from it who that was.

`ITHACA_SECRET_KEY` is a list: its first key makes the hashes, all of them recognize. A key that leaves the list takes
what was made with it along: whoever was erased under it is not recognized any more.
"""

import hmac
from collections.abc import Sequence

from shared.errors import Unavailable
from shared.settings import Settings
from shared.signing import stretched

EMAIL, NUMBER, SUBJECT, BUYER = "email", "member_number", "subject", "buyer"
"""What is hashed: an address, case-folded; a member number; a name that another issuer gives, as an OpenID Connect
subject; a buyer's address and the name on the ticket, which together may say whose a ticket without an address is."""

_SALT = b"ithaca identifiers of the erased"
"""Constant, as every service has to make the same hashes."""


class IdentifierHashes:
    """Makes and recognizes them. Safe to share between threads."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    @classmethod
    def from_settings(cls, settings: Settings) -> "IdentifierHashes":
        """Those of the installation."""
        return cls(settings.secret_keys)

    @property
    def recognize(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._keys)

    def made(self, tenant: str, kind: str, value: str) -> str:
        """The hash to be remembered, in hexadecimal. Raises Unavailable where there is no key."""
        if not self._keys:
            raise Unavailable("ITHACA_SECRET_KEY is not set, and without it nobody can be remembered as erased.")
        return _hash(self._keys[0], tenant, kind, value)

    def every(self, tenant: str, kind: str, value: str) -> tuple[str, ...]:
        """What it may have been remembered as: a hash for each key."""
        return tuple(_hash(key, tenant, kind, value) for key in self._keys)


def _hash(key: str, tenant: str, kind: str, value: str) -> str:
    """Of one tenant and kind: the same address is no link between two associations."""
    text = value.casefold() if kind in (EMAIL, BUYER) else value
    return hmac.digest(
        stretched(key, _SALT), "\0".join((tenant, kind, text)).encode("utf-8", "replace"), "sha256"
    ).hex()
