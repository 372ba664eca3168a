"""A member as profiles keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypedDict

AMS = "ams"
"""Issuer of member numbers: the association's own system."""

EMAIL = "email"
"""Issuer of e-mail addresses, which are compared case-folded."""

SCIM = "scim"
"""Issuer of user names: the identity provider that provisions members. They are compared case-folded."""

SCIM_EXTERNAL = "scim.external"
"""Issuer of the ids that the identity provider's own system has for them."""

_LONGEST_ADDRESS = 254


class Key(NamedTuple):
    """A name that an issuer gives one member of a tenant, and no other."""

    issuer: str
    value: str


def email_key(address: str) -> Key:
    """The identifier that an e-mail address is."""
    return Key(EMAIL, address.casefold())


def can_be_folded(address: str) -> bool:
    """Whether the address is no longer than addresses can be once case-folded: some letters fold to several."""
    return len(address.casefold()) <= _LONGEST_ADDRESS


def number_key(number: str) -> Key:
    """The identifier that a member number is."""
    return Key(AMS, " ".join(number.split()))


def user_name_key(user_name: str) -> Key:
    """The identifier that a user name of SCIM is."""
    return Key(SCIM, user_name.casefold())


def external_key(external_id: str) -> Key:
    """The identifier that an external id of SCIM is."""
    return Key(SCIM_EXTERNAL, external_id)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A key the member has. `version` rises whenever the key changes its owner, also after having had none."""

    issuer: str
    value: str
    as_of: datetime | None
    """When its issuer said so; later repetitions of the same do not move it."""
    version: int
    of_registration: bool = False
    """Whether it is a ticket system's registration, and so the attendee records' to give and take."""

    @property
    def key(self) -> Key:
        return Key(self.issuer, self.value)


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is a BCP 47 tag, `level` 1 basic … 5 native."""

    code: str
    level: int


@dataclass(frozen=True, slots=True)
class Skill:
    """`level` 1 beginner … 5 expert; of a sought skill, where the member stands. `id` is a taxonomy concept."""

    label: str
    level: int
    side: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """`target_date` as `2027-06-30`."""

    text: str
    measure: str | None = None
    target_date: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly time in the member's local wall time, `18:00`; `24:00` is the end of the day."""

    day: str
    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address as an identity provider lists it; `kind` is its `type` there."""

    value: str
    kind: str | None = None
    primary: bool | None = None


@dataclass(frozen=True, slots=True)
class Provision:
    """A member as an identity provider keeps them. Not `live`: it has deleted them, and may bring them back."""

    user_name: str
    """As it was typed; the identifier is case-folded."""
    live: bool = True
    external_id: str | None = None
    display_name: str | None = None
    is_named_so: bool = False
    """No other name was said: the member is called by the display name."""
    addresses: tuple[Address, ...] = ()
    active: bool | None = True
    """None: taken back, which counts as true and is not shown."""
    membership: str | None = None
    """The standing to come back to."""
    said: tuple[str, ...] = ()
    """Attributes that it has said: a replacement that leaves one of them out takes it away."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member. Provisional: known from attendee records alone, and described by them alone."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    given_name: str = ""
    family_name: str = ""
    email: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    roles: tuple[str, ...] = ()
    organization: str | None = None
    job_title: str | None = None
    industry: str | None = None
    seniority: int | None = None
    time_zone: str | None = None
    locale: str | None = None
    languages: tuple[Language, ...] = ()
    skills: tuple[Skill, ...] = ()
    goals: tuple[Goal, ...] = ()
    availability: tuple[Window, ...] = ()
    frequency: str | None = None
    format: str | None = None
    groups: tuple[str, ...] = ()
    """Ids of chapters and interest groups, in the order of joining."""
    membership: str = "active"
    grade: str | None = None
    section: str | None = None
    """Grade and section in the association's own words."""
    verified: tuple[str, ...] = ()
    """Fields that are as the association's own system has them: see `verification`."""
    visibility: Mapping[str, str] = field(default_factory=dict)
    provisional: bool = False
    own_roles: tuple[str, ...] = ()
    """The roles given by the member or the association; attendee records add to them."""
    suspended_by: str | None = None
    """What deactivated a suspended member, as it was announced; None where somebody wrote the membership."""
    said: tuple[str, ...] = ()
    """Which of `roles`, `goals` and `skills` the member or the association has said: records leave these alone."""
    provision: Provision | None = None
    """What an identity provider has said over SCIM, and does not stand in the fields above."""

    @property
    def may_start_something(self) -> bool:
        """Whether the membership is one that new things may begin with; lapsed and suspended members keep what is."""
        return self.membership in ("active", "grace")

    @property
    def keys(self) -> frozenset[Key]:
        """Every key of the member except those of registrations."""
        return frozenset(each.key for each in self.identifiers if not each.of_registration)

    @property
    def numbers(self) -> frozenset[Key]:
        """The member numbers."""
        return frozenset(key for key in self.keys if key.issuer == AMS)


class Profile(TypedDict, total=False):
    """What a member or the association says of a member; what is left out is not said."""

    given_name: str
    family_name: str
    email: str | None
    roles: tuple[str, ...]
    organization: str | None
    job_title: str | None
    industry: str | None
    seniority: int | None
    time_zone: str | None
    locale: str | None
    languages: tuple[Language, ...]
    skills: tuple[Skill, ...]
    goals: tuple[Goal, ...]
    availability: tuple[Window, ...]
    frequency: str | None
    format: str | None
    membership: str
    grade: str | None
    section: str | None
    visibility: Mapping[str, str]
    provision: Provision | None
