"""Who is calling: a Bearer JWT (RFC 6750, RFC 7519) turned into a `Principal`.

Only asymmetric algorithms are taken (RFC 8725): a public key is never used as a shared secret, `none` never passes.
"""

import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeGuard

from flask import g
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError, SecurityWarning, UnsupportedAlgorithmError
from joserfc.jws import extract_compact

from shared.clock import Clock, SystemClock
from shared.contracts.fields import EMAIL_PATTERN
from shared.errors import Forbidden
from shared.ids import is_id
from shared.settings import Settings
from shared.web.access import ROLES
from shared.web.keys import PublishedKeys, UnknownKey, VerifyingKey

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
LEEWAY = 30
"""Seconds by which the issuer's clock and ours may differ."""

# RFC 9864 renames EdDSA to Ed25519; issuers still send the old name, and joserfc would warn at every token.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

MemberLookup = Callable[[str, str, str], str | None]
"""(tenant, issuer, subject) -> member id, for tokens whose claim is no id of ours; None where nobody is linked."""

Erased = Callable[[str, str, bool], bool]
"""(tenant, member id, at once) -> whether that member was erased; not at once, as far as one knew a second ago."""

MemberNow = Callable[[str, str, bool], str | None]
"""(tenant, member id, at once) -> who that member is now: most are themselves, some were merged into another.

None where that one was erased; not at once, as far as one knew a second ago.
"""

_TENANT = re.compile(r"[a-z0-9._-]{1,64}")
_ERASED = "the member of the token was erased"
_LONGEST_TOKEN = 16_384
_MOST_PROVEN = 4096
"""Tokens remembered, by their hashes; beyond them all are proved anew."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller. `member_id` is None for a system, and for a person who is not linked to a member yet."""

    tenant: str
    subject: str
    issuer: str
    member_id: str | None
    roles: frozenset[str]
    verified_email: str | None = None
    """The address that the issuer vouches for (OpenID Connect Core 1.0, section 5.1)."""
    given_name: str = ""
    family_name: str = ""
    expires_at: float = math.inf
    """Seconds since the epoch; beyond them the token is not taken any more."""


class Unauthenticated(Exception):
    """401. `error` is RFC 6750's code, `detail` names the fault and nothing of the token's content."""

    def __init__(self, detail: str, error: str = "invalid_token") -> None:
        super().__init__(detail)
        self.detail = detail
        self.error = error


@dataclass(frozen=True, slots=True)
class _Proven:
    """What a token says that this key has signed: asked again, it need not be proved again.

    When it is valid, and for whom, is looked at each time.
    """

    kid: str | None
    key: VerifyingKey
    claims: Mapping[str, Any]


class Authenticator:
    """Checks tokens of one issuer. One for a process; safe to share between threads."""

    def __init__(
        self,
        *,
        issuer: str,
        keys: PublishedKeys,
        member_claim: str = "sub",
        audience: str | None = None,
        member_lookup: MemberLookup | None = None,
        erased: Erased | None = None,
        member_now: MemberNow | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._member_claim = member_claim
        self._audience = audience
        self._member_lookup = member_lookup
        self._erased = erased
        self._member_now = member_now
        self._clock = clock or SystemClock()
        self._proven: dict[bytes, _Proven] = {}

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        member_lookup: MemberLookup | None = None,
        erased: Erased | None = None,
        member_now: MemberNow | None = None,
    ) -> "Authenticator":
        """The authenticator that the settings describe; the others are the service's own."""
        return cls(
            issuer=settings.issuer,
            keys=PublishedKeys(settings.jwks_url),
            member_claim=settings.member_claim,
            audience=settings.audience,
            member_lookup=member_lookup,
            erased=erased,
            member_now=member_now,
        )

    def authenticate(self, authorization: str | None, *, writes: bool = False) -> Principal:
        """The caller that an `Authorization` header proves. Raises Unauthenticated naming the fault.

        `writes`: the caller is about to change something, which who was erased a moment ago must not.
        """
        claims = self._verified(_bearer(authorization))
        self._check_times(claims)
        if claims.get("iss") != self._issuer:
            raise Unauthenticated("the token is of another issuer")
        if self._audience is not None and self._audience not in _audiences(claims):
            raise Unauthenticated("the token is for another audience")
        tenant, subject = claims.get("tenant"), claims.get("sub")
        if not isinstance(tenant, str) or not is_tenant(tenant):
            raise Unauthenticated("the token has no valid tenant: 1 to 64 of a-z 0-9 . _ -")
        if not isinstance(subject, str) or not is_subject(subject):
            raise Unauthenticated("the token has no valid subject")
        named = claims.get("roles", [])
        if not isinstance(named, list):
            raise Unauthenticated("the roles of the token are not a list")
        return Principal(
            tenant=tenant,
            subject=subject,
            issuer=self._issuer,
            member_id=self._member(tenant, subject, claims, writes),
            roles=frozenset(role for role in ROLES if role in named),
            verified_email=_email(claims),
            given_name=_name(claims.get("given_name")) or _name(claims.get("name")),
            family_name=_name(claims.get("family_name")) if claims.get("given_name") else "",
            expires_at=claims["exp"] + LEEWAY,
        )

    def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims of a token whose signature is right; of one that was seen before, as long as its key stands."""
        digest = sha256(token.encode()).digest()
        try:
            proven = self._proven.get(digest)
            if proven is None or self._keys.find(proven.kid) is not proven.key:
                proven = self._prove(token)
                if len(self._proven) >= _MOST_PROVEN:
                    self._proven = {}
                self._proven[digest] = proven
        except UnknownKey:
            raise Unauthenticated("the token is signed with an unknown key") from None
        except BadSignatureError:
            raise Unauthenticated("the signature of the token is wrong") from None
        except UnsupportedAlgorithmError:
            raise Unauthenticated("the token is not signed with an accepted algorithm") from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise Unauthenticated("the token cannot be read") from None
        return proven.claims

    def _prove(self, token: str) -> "_Proven":
        header = extract_compact(token.encode()).headers()
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated("the token is not signed with an accepted algorithm")
        if kid is not None and not isinstance(kid, str):
            raise Unauthenticated("the token names no key")
        key = self._keys.find(kid)
        return _Proven(kid, key, jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        expires, starts = claims.get("exp"), claims.get("nbf", 0)
        if not _is_time(expires):
            raise Unauthenticated("the token has no expiry")
        if now > expires + LEEWAY:
            raise Unauthenticated("the token has expired")
        if not _is_time(starts) or now < starts - LEEWAY:
            raise Unauthenticated("the token is not valid yet")

    def _member(self, tenant: str, subject: str, claims: Mapping[str, Any], writes: bool) -> str | None:
        claim = claims.get(self._member_claim)
        member = None
        if isinstance(claim, str) and is_id(claim):
            if self._member_now is None:
                member = claim
            elif (member := self._member_now(tenant, claim, writes)) is not None:
                return member
            else:
                raise Unauthenticated(_ERASED)
        elif self._member_lookup is not None:
            member = self._member_lookup(tenant, self._issuer, subject)
        if member is not None and self._erased is not None and self._erased(tenant, member, writes):
            raise Unauthenticated(_ERASED)
        return member


def is_tenant(text: str) -> bool:
    """Whether the text can be a tenant: 1 to 64 of a-z 0-9 . _ -"""
    return _TENANT.fullmatch(text) is not None


def is_subject(text: str) -> bool:
    """Whether the text can be a subject: 1 to 255 characters, not all blank (OpenID Connect Core 1.0, section 2).

    Half a surrogate pair, which a token can hold as an escape, is no character and can be kept nowhere.
    """
    return bool(text.strip()) and len(text) <= 255 and not any("\ud800" <= each <= "\udfff" for each in text)


def principal() -> Principal:
    """The caller of the request in hand. Raises RuntimeError in a public view, which has none."""
    found = find_principal()
    if found is None:
        raise RuntimeError("a public view has no principal")
    return found


def find_principal() -> Principal | None:
    """The caller of the request in hand, None in a public view."""
    found: Principal | None = g.get("principal")
    return found


def member_id() -> str:
    """The calling member's id. Raises Forbidden where the token is of no member."""
    found = principal().member_id
    if found is None:
        raise Forbidden("This is for members: the token is not linked to one.")
    return found


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise Unauthenticated("there is no bearer token", "invalid_request")
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or " " in token:
        raise Unauthenticated("the Authorization header is not of the form: Bearer TOKEN", "invalid_request")
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise Unauthenticated("the token cannot be read")
    return token


def _audiences(claims: Mapping[str, Any]) -> Sequence[object]:
    """Whom the token is for: one, or several (RFC 7519, section 4.1.3)."""
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _email(claims: Mapping[str, Any]) -> str | None:
    """Some issuers say `"true"` as a string."""
    address, verified = claims.get("email"), claims.get("email_verified")
    sound = isinstance(address, str) and re.fullmatch(EMAIL_PATTERN, address) is not None
    return address if sound and verified in (True, "true") else None


def _name(claim: object) -> str:
    """What can be a name of ours: one line of at most 200 characters."""
    text = " ".join(claim.split()) if isinstance(claim, str) else ""
    return text if len(text) <= 200 and text.isprintable() else ""


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
