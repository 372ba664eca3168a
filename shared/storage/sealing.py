"""Secrets at rest: sealed with AES-256-GCM under a key from `ITHACA_SECRET_KEY`, for one place and no other.

The variable is a list. Its first key seals, all of them open; a secret that an older key opens is stale, and whoever
reads it may write back what `renewed` gives. When nothing stale is left, the old key leaves the list.

What a secret is for (tenant, purpose, owner) is bound to it as associated data: copied to another document or another
tenant, it does not open.
"""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import Unavailable
from shared.settings import SHORTEST_SECRET_KEY as SHORTEST_KEY
from shared.settings import Settings, SettingsError
from shared.signing import stretched

_FORM = "s1"
_NONCE = 12
_SALT = b"ithaca secrets at rest"
"""Constant, as every process has to find the same key; it keeps a table made for other programs from being of use."""


class SecretLost(Exception):
    """No key of `ITHACA_SECRET_KEY` seals like this: the one that did has left the list too early."""

    def __init__(self) -> None:
        super().__init__("A stored secret was sealed with a key that ITHACA_SECRET_KEY no longer lists: add it again.")


class SecretMisplaced(Exception):
    """A sealed text that was altered, or belongs to another place than it was found in."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret belongs: whose, what for (`source-token`, `webhook`), and the id of what it is kept on."""

    tenant: str
    purpose: str
    owner: str

    def associated_data(self) -> bytes:
        """Every part with its length, so that no two places read alike."""
        parts = [part.encode() for part in (self.tenant, self.purpose, self.owner)]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    cipher: AESGCM

    @classmethod
    def from_text(cls, text: str) -> "_Key":
        made = stretched(text, _SALT, 48)
        return cls(made[32:40].hex(), AESGCM(made[:32]))


class Seal:
    """Seals and opens. One for a process (making one takes a moment for each key); safe to share between threads."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises SettingsError naming the variable where there is no key or one is too short."""
        if not keys:
            raise SettingsError(
                "ITHACA_SECRET_KEY is not set: secrets are stored only encrypted. Give it one or more keys of at least "
                f"{SHORTEST_KEY} characters, separated by commas."
            )
        if any(len(key) < SHORTEST_KEY for key in keys):
            raise SettingsError(f"ITHACA_SECRET_KEY holds a key of less than {SHORTEST_KEY} characters.")
        made = [_Key.from_text(key) for key in keys]
        self._first = made[0]
        self._keys = {key.id: key for key in made}

    @classmethod
    def from_settings(cls, settings: Settings) -> "Seal":
        """As `Seal(...)` with the keys of the settings."""
        return cls(settings.secret_keys)

    def seal(self, secret: str, place: Place) -> str:
        """The secret as ASCII text that only this place opens; two times the same secret look different."""
        nonce = os.urandom(_NONCE)
        content = nonce + self._first.cipher.encrypt(nonce, secret.encode(), place.associated_data())
        return f"{_FORM}.{self._first.id}.{base64.urlsafe_b64encode(content).decode()}"

    def open(self, sealed: str, place: Place) -> str:
        """The secret. Raises SecretLost where no key fits, SecretMisplaced where it is not of this place."""
        form, _, rest = sealed.partition(".")
        identifier, _, text = rest.partition(".")
        if form != _FORM:
            raise SecretMisplaced("This is no sealed secret.")
        key = self._keys.get(identifier)
        if key is None:
            raise SecretLost
        try:
            content = base64.b64decode(text, altchars=b"-_", validate=True)
            return key.cipher.decrypt(content[:_NONCE], content[_NONCE:], place.associated_data()).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretMisplaced("A sealed secret was altered, or is not of the place it was found in.") from error

    def is_stale(self, sealed: str) -> bool:
        """Whether another key than the first sealed it."""
        return not sealed.startswith(f"{_FORM}.{self._first.id}.")

    def renewed(self, sealed: str, place: Place) -> str | None:
        """The same secret under the first key, to be written back; None where it is already. Raises as `open`."""
        return self.seal(self.open(sealed, place), place) if self.is_stale(sealed) else None


class LateSeal:
    """A seal that is made when it is first needed: a service without a secret to keep needs no ITHACA_SECRET_KEY."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def seal(self) -> Seal:
        """The seal. Raises Unavailable naming the variable where there is no key."""
        try:
            return Seal.from_settings(self._settings)
        except SettingsError as error:
            raise Unavailable(str(error), retry_after=60) from error
