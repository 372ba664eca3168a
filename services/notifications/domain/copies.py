"""What this service keeps of other services' state: names to write, addresses to write to, dates to tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.contracts.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class Person:
    """A member, as far as telling them and naming them needs it.

    Of one merged into another only `merged_into` is kept: both the name and the address are the survivor's.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    given_name: str = ""
    family_name: str = ""
    email: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    merged_into: str | None = None
    sign_ins: tuple[SignIn, ...] = ()
    name_is_hidden: bool = False
    """Whether the member shows the name to nobody. Whom news brings together takes part in something together."""

    @property
    def name(self) -> str:
        """Both names on one line, whatever they hold; empty where neither is known. For the member's own eyes."""
        return " ".join(f"{self.given_name} {self.family_name}".split())

    @property
    def shown_name(self) -> str:
        """The name as others may read it; empty where it is hidden."""
        return "" if self.name_is_hidden else self.name


@dataclass(frozen=True, slots=True)
class Association:
    """Whose mails these are; `id` is the tenant. Colors are CSS hexadecimal, the logo an https address, or None."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    primary: str | None = None
    logo: str | None = None
    reply_to: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    """What it goes by of `shared/contracts/defaults.py`, as far as it has said so."""


@dataclass(frozen=True, slots=True)
class Event:
    """A gathering; `time_zone` is the place's."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str | None
    cancelled: bool

    def moved_from(self, before: "Event") -> bool:
        """Whether whoever comes by what they knew before would come at the wrong time, or to the wrong place."""
        return (self.starts_at, self.ends_at, self.time_zone, self.place) != (
            before.starts_at,
            before.ends_at,
            before.time_zone,
            before.place,
        )


@dataclass(frozen=True, slots=True)
class Program:
    """A mentoring program; one object is one cycle."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    starts_on: str | None
    ends_on: str | None
    format: str | None = None
    """None where it was last heard of before formats were kept."""

    @property
    def is_of_peers(self) -> bool:
        """Whether nobody in it is the other's mentor."""
        return self.format == "peer"
