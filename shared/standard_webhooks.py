"""Standard Webhooks (spec/standard-webhooks.md): how a webhook is signed, by whoever sends it.

Signed is `id.timestamp.body`, by HMAC-SHA256. A secret is written as `whsec_` and its bytes in base64.
"""

import base64
import hashlib
import hmac
import os

_PREFIX = "whsec_"
_BYTES = 32
"""The standard takes 24 to 64."""


def new_secret() -> str:
    """A secret that nobody has."""
    return _PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def signature(secret: str, identifier: str, timestamp: str, body: bytes) -> str:
    """The symmetric signature in base64, without the `v1,` in front that stands in the header."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join((identifier.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
