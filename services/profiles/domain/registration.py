"""A registration in a ticket system, as its newest attendee record tells of it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.profiles.domain import naming
from services.profiles.domain.member import Key, Skill, email_key, number_key
from shared.clock import parse_rfc3339

LEVEL_OFFERED = 3
LEVEL_SOUGHT = 1
"""Levels of skills that a record names without one: able to offer it; at the beginning of it."""

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What one record says of the person: whom it means, and what that person is like."""

    number: str | None = None
    email: str | None = None
    buyer_email: str | None = None
    given_name: str = ""
    family_name: str = ""
    organization: str | None = None
    job_title: str | None = None
    locale: str | None = None
    roles: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()

    @property
    def number_key(self) -> Key | None:
        return number_key(self.number) if self.number else None

    @property
    def email_key(self) -> Key | None:
        return email_key(self.email) if self.email else None

    @property
    def folded_name(self) -> str:
        return naming.folded(naming.whole(self.given_name, self.family_name))

    @property
    def buyer_key(self) -> Key | None:
        """The buyer's address, where it is all that could tell who the person is: it takes a name to compare."""
        if self.number or self.email or not self.buyer_email or not self.folded_name:
            return None
        return email_key(self.buyer_email)

    @property
    def keys(self) -> frozenset[Key]:
        """The keys that decide whom the record means."""
        return frozenset(key for key in (self.number_key, self.email_key, self.buyer_key) if key is not None)


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration. It stays when its source has removed it, so that older records cannot revive it."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    source: str
    value: str
    """`source_event_id/source_registration_id`."""
    said_at: datetime
    record_id: str
    told: Told | None
    """None: removed at its source."""
    found_by: tuple[str, ...] = ()
    """What this registration is looked up by: `lookup` of its keys."""
    member_id: str | None = None
    identifier_version: int = 0
    """How often the registration has come to an owner."""
    stand_in: str | None = None
    """The provisional member that is known by nothing but this registration."""
    buyer: str | None = None
    """The registered member that this was found to be the buyer's own ticket of, by the name."""
    awaits: str | None = None
    """The source event that no event admits yet: until then the record means nobody, and is found by nothing."""
    expire_at: datetime | None = None
    """How long it waits."""

    @property
    def key(self) -> Key:
        return Key(self.source, self.value)

    @property
    def age(self) -> tuple[datetime, str]:
        """What decides which of two records is the newer: the source's own time, then the message's id."""
        return self.said_at, self.record_id


def renewed(before: Registration | None, record: Registration) -> Registration | None:
    """The registration as a record about it leaves it; None where the record is not newer than what is known.

    `record` is a registration of its own, as if nothing were known before.
    """
    if before is None:
        return record
    if before.age >= record.age:
        return None
    return dataclasses.replace(
        record,
        version=before.version,
        member_id=before.member_id,
        identifier_version=before.identifier_version,
        stand_in=before.stand_in,
        buyer=before.buyer if before.found_by == record.found_by else None,
    )


def lookup(key: Key) -> str:
    """The text by which registrations whose record names this key are found."""
    return "\n".join(key)


def buyer_lookup(key: Key, folded_name: str) -> str:
    """The text by which a buyer's tickets for someone of this name are found."""
    return "\n".join(("buyer", key.value, folded_name))


def lookups(told: Told | None) -> tuple[str, ...]:
    """Everything that a registration with this record is found by."""
    if told is None:
        return ()
    if told.buyer_key is not None:
        return (buyer_lookup(told.buyer_key, told.folded_name),)
    return tuple(sorted(lookup(key) for key in told.keys))


def moment(data: Mapping[str, Any]) -> datetime:
    """When the source last changed the registration."""
    return parse_rfc3339(data["updated_at"])


def value_of(data: Mapping[str, Any]) -> str:
    """The registration's name in its source."""
    return f"{data['source_event_id']}/{data['source_registration_id']}"


def told_by(data: Mapping[str, Any]) -> Told:
    """What a valid `attendee.published.v1` tells."""
    person = data["person"]
    given, family = naming.parted(person.get("given_name"), person.get("family_name"), person.get("name"))
    number, email = naming.collapsed(person.get("member_number")) or None, person.get("email")
    return Told(
        number=number,
        email=email,
        # Where it cannot tell who the person is, another's address is not to be kept.
        buyer_email=None if number or email or not (given or family) else person.get("buyer_email"),
        given_name=given[:_LONGEST_NAME],
        family_name=family[:_LONGEST_NAME],
        organization=naming.collapsed(person.get("organization")) or None,
        job_title=naming.collapsed(person.get("job_title")) or None,
        locale=naming.collapsed(person.get("locale")) or None,
        roles=tuple(data.get("mentoring") or ()),
        goals=tuple(data.get("goals") or ()),
        skills=tuple(_skill(each) for each in data.get("skills") or ()),
    )


def _skill(data: Mapping[str, Any]) -> Skill:
    default = LEVEL_OFFERED if data["side"] == "offers" else LEVEL_SOUGHT
    level = data.get("level")
    return Skill(data["label"], default if level is None else int(level), data["side"])
