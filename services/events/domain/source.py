"""A registration system that a tenant configured: what it is, how it is reached, how its questions are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from services.events.domain.questions import Questions
from shared.errors import Fault, Invalid

OVERLAP = timedelta(hours=24)
"""How long the secret before is still good after a rotation."""


class SourceKind(StrEnum):
    """What speaks: each has an adapter of its own. `generic` sends canonical records, signed."""

    PRETIX = "pretix"
    EVENTBRITE = "eventbrite"
    CVENT = "cvent"
    GENERIC = "generic"

    @property
    def fetched(self) -> bool:
        """Whether its webhooks only say that something changed, and we ask what."""
        return self in (SourceKind.PRETIX, SourceKind.EVENTBRITE)


DEFAULT_BASE_URLS: Mapping[SourceKind, str] = MappingProxyType(
    {SourceKind.EVENTBRITE: "https://www.eventbriteapi.com"},
)


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is what its records carry as `source`; unique in a tenant, and for good, as registrations go by it.

    Secrets are sealed: `token` is what we show the system, `secret` what it shows us.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    kind: SourceKind
    name: str
    secret: str
    previous_secret: str | None = None
    previous_until: datetime | None = None
    base_url: str | None = None
    organizer: str | None = None
    token: str | None = None
    allow_private: bool = False
    questions: Questions = field(default_factory=Questions)

    @property
    def has_token(self) -> bool:
        return self.token is not None


_SLUG = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,200}")


def is_slug(text: str) -> bool:
    """Whether it can be a part of a path at the source: letters, digits, `._-`; dots alone would walk up the path."""
    return _SLUG.fullmatch(text) is not None


def require_sound(source: Source) -> None:
    """Raises Invalid with every fault that no single field shows; says nothing of where the address leads."""
    faults: list[Fault] = []
    if source.kind.fetched:
        faults += _address_faults(source)
        if source.kind is SourceKind.PRETIX and not is_slug(source.organizer or ""):
            faults.append(Fault("/organizer", "Is needed: the short form of the organizer in pretix."))
        if source.kind is not SourceKind.PRETIX and source.organizer is not None:
            faults.append(Fault("/organizer", "Is for pretix only."))
    else:
        for name in ("base_url", "organizer"):
            if getattr(source, name) is not None:
                faults.append(Fault(f"/{name}", f"Is not for {source.kind}: it is not fetched from."))
        if source.token is not None:
            faults.append(Fault("/token", f"Is not for {source.kind}: it is not fetched from."))
    if faults:
        raise Invalid(faults)


def split_address(url: str) -> SplitResult | None:
    """The address apart, or None where it is none of http or https with a host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return None
    return parts


def _address_faults(source: Source) -> list[Fault]:
    if source.base_url is None:
        return [Fault("/base_url", "Is needed: the address of the system, as https://tickets.example.org.")]
    parts = split_address(source.base_url)
    if parts is None or not source.base_url.isascii() or any(each.isspace() for each in source.base_url):
        return [Fault("/base_url", "Must be an https address, as https://tickets.example.org.")]
    faults = []
    if parts.username is not None or parts.password is not None:
        faults.append(Fault("/base_url", "Must not hold a user or password: give the token as token."))
    if parts.query or parts.fragment:
        faults.append(Fault("/base_url", "Must end with its path: no ? and no #."))
    if parts.scheme == "http" and not source.allow_private:
        faults.append(Fault("/base_url", "Must be https; http is for private networks with allow_private only."))
    return faults
