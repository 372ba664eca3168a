"""The issuer's public keys (RFC 7517), from a URL, kept and renewed without making requests wait for each other."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from shared.errors import Unavailable
from shared.telemetry.logs import logger

VerifyingKey = RSAKey | ECKey | OKPKey

_RENEW_AFTER = 600.0
_BETWEEN_FETCHES = 5.0
"""Seconds; an unknown `kid` may ask for a renewal this often, so that made-up ones cannot flood the issuer."""
_PATIENCE = 3.0
_LARGEST = 1 << 20
_SHORTEST_RSA = 2048
"""Bits (RFC 7518, section 3.3)."""

_log = logger(__name__)


class UnknownKey(Exception):
    """The issuer publishes no such key."""


class PublishedKeys:
    """Finds the key that signed a token. Old keys serve on while their source is away."""

    def __init__(self, url: str, fetch: Callable[[str], bytes] | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https", "file"):
            raise ValueError(f"ITHACA_JWKS_URL is {url!r}: it takes an http, https or file URL.")
        self._url = url
        self._fetch = fetch or _read
        self._keys: dict[str, VerifyingKey] = {}
        self._tried_at = float("-inf")
        self._renewed_at = float("-inf")
        self._renewing = threading.Lock()

    def find(self, kid: str | None) -> VerifyingKey:
        """The key of this id; of the only one published where the token names none.

        Raises UnknownKey, and Unavailable where no key could ever be fetched.
        """
        if time.monotonic() - self._renewed_at > _RENEW_AFTER:
            self._renew()
        if (key := self._held(kid)) is None:
            self._renew()
            key = self._held(kid)
        if key is not None:
            return key
        if self._renewed_at == float("-inf"):
            raise Unavailable("The issuer's keys cannot be fetched: no token can be checked now.", retry_after=5)
        raise UnknownKey

    def _held(self, kid: str | None) -> VerifyingKey | None:
        keys = self._keys
        if kid is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(kid)

    def _renew(self) -> None:
        # The first fetch is waited for; a later one is left to whoever holds the lock while the old keys serve.
        if not self._renewing.acquire(blocking=not self._keys):
            return
        try:
            if time.monotonic() - self._tried_at < _BETWEEN_FETCHES:
                return
            self._tried_at = time.monotonic()
            self._keys = parse(self._fetch(self._url))
            self._renewed_at = time.monotonic()
        except (OSError, ValueError, urllib.error.URLError) as error:
            _log.warning("issuer_keys_not_renewed", url=self._url, error=str(error), keys_held=len(self._keys))
        finally:
            self._renewing.release()


def parse(document: bytes) -> dict[str, VerifyingKey]:
    """The signing keys of a JWK set by their id; keys for other uses, of other kinds and too short ones are left out.

    Raises ValueError where the document is no JWK set.
    """
    content = orjson.loads(document)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("not a JWK set: no list of keys")  # noqa: TRY004 - a wrong document, no wrong call
    keys: dict[str, VerifyingKey] = {}
    for entry in content["keys"]:
        if not _verifies(entry):
            continue
        try:
            key = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError) as error:
            _log.warning("issuer_key_unusable", kid=entry.get("kid"), error=str(error))
            continue
        if isinstance(key, RSAKey) and key.raw_value.key_size < _SHORTEST_RSA:
            _log.warning("issuer_key_unusable", kid=entry.get("kid"), error=f"less than {_SHORTEST_RSA} bits")
        elif isinstance(key, RSAKey | ECKey | OKPKey):
            keys[key.kid or key.thumbprint()] = key
    return keys


def _verifies(entry: object) -> bool:
    """Whether this is a public key that its issuer gave for signatures."""
    if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC", "OKP"):
        return False
    operations = entry.get("key_ops", ["verify"])
    return entry.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as response:  # noqa: S310 - the scheme is checked above  # nosec B310
        document: bytes = response.read(_LARGEST + 1)
    if len(document) > _LARGEST:
        raise ValueError(f"the key set is larger than {_LARGEST} bytes")
    return document
