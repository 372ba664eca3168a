"""Whether a webhook comes from who shares its secret with us.

`generic` signs by Standard Webhooks (spec/standard-webhooks.md): HMAC-SHA256 over `id.timestamp.body`. The ticket
systems sign nothing: they show the secret itself, in `Authorization` or in the address that they were given.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.standard_webhooks import signature

TOLERANCE = 300
"""Seconds by which a signature's time may be off."""

_TIME = re.compile("[0-9]{1,12}")
_LONGEST_ID = 200


class Unproven(Exception):
    """The message says what is missing or wrong, and nothing of what was expected."""


def require_signature(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: datetime) -> str:
    """The id of the delivery, the same on every repetition. Header names are lower case. Raises Unproven."""
    identifier, timestamp, signatures = (
        headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not (identifier and timestamp and signatures):
        raise Unproven("The headers webhook-id, webhook-timestamp and webhook-signature are needed.")
    if len(identifier) > _LONGEST_ID or not identifier.isascii():
        raise Unproven(f"The webhook-id is not of up to {_LONGEST_ID} ASCII characters.")
    if _TIME.fullmatch(timestamp) is None:
        raise Unproven("The webhook-timestamp is not in whole seconds since 1970.")
    given = [part.removeprefix("v1,") for part in signatures.split(" ") if part.startswith("v1,")]
    expected = [signature(secret, identifier, timestamp, body) for secret in secrets]
    # Every pair is compared, whatever the first ones come to: how long it takes tells nothing.
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected]
    if not any(matches):
        raise Unproven("No v1 signature in webhook-signature is right for this body and the secret of this source.")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise Unproven(f"The webhook-timestamp is more than {TOLERANCE} seconds away from now.")
    return identifier


def require_secret(authorization: str, in_address: str, secrets: Iterable[str]) -> None:
    """One of the secrets stands in the header (bare, as Bearer, as Basic's password) or in the address."""
    shown = [each.encode() for each in (*_shown(authorization), in_address) if each]
    expected = [secret.encode() for secret in secrets]
    if not shown:
        raise Unproven("The secret of this source is needed: in Authorization, or in the address as ?secret=.")
    if not any([hmac.compare_digest(one, other) for one in shown for other in expected]):  # noqa: C419 - compares all
        raise Unproven("This is not the secret of this source.")


def _shown(authorization: str) -> list[str]:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return [rest.strip()]
    if scheme.lower() == "basic":
        try:
            return [base64.b64decode(rest, validate=True).decode().partition(":")[2]]
        except (binascii.Error, UnicodeDecodeError):
            return []
    return [authorization]
