"""What a person has said about how news comes to them, and what holds where they have said nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from services.notifications.domain.telling import Category
from services.notifications.domain.wall_clock import QuietHours, WallClock
from shared.contracts.defaults import DEFAULTS


class Channel(StrEnum):
    """How news reaches people. All of it is in the inbox, always; the others are a matter of preference."""

    INBOX = "inbox"
    EMAIL = "email"
    PUSH = "push"


class Pace(StrEnum):
    """How soon news of a category goes out by a channel, from the soonest on."""

    AT_ONCE = "at_once"
    WINDOW = "window"
    """Gathered for some hours from the first on."""
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"

    @property
    def is_digest(self) -> bool:
        """Whether it gathers news by time."""
        return self in (Pace.WINDOW, Pace.DAILY, Pace.WEEKLY)

    def is_slower_than(self, other: "Pace") -> bool:
        """Whether news waits longer by it."""
        return _SLOWER[self] > _SLOWER[other]


_SLOWER = {pace: place for place, pace in enumerate(Pace)}

Paces = Mapping[Category, Mapping[Channel, Pace]]


@dataclass(frozen=True, slots=True)
class SaidQuietHours:
    """Times of day, `22:00`; both the same: none at all."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """Of the member whose id this is, as they said them; None: nothing was said, and the association's holds."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    language: str | None = None
    """Before the profile's own, as is the zone."""
    time_zone: str | None = None
    quiet_hours: SaidQuietHours | None = None
    digest_at: str | None = None
    digest_day: int | None = None
    """Of weekly digests; Monday is 0."""
    paces: Paces = field(default_factory=dict)

    def turned_off(self, channel: Channel, categories: Collection[Category], now: datetime) -> "Preferences":
        """With no more news of these by that channel, but for what is agreed, which nothing turns off."""
        paces = {category: {**self.paces.get(category, {}), channel: Pace.OFF} for category in categories}
        return replace(self, paces={**self.paces, **paces}, updated_at=now)


_USUAL = MappingProxyType({Channel.EMAIL: Pace.AT_ONCE, Channel.PUSH: Pace.AT_ONCE})
NUMBERS = ("digest_hours", "digest_hour", "quiet_from_hour", "quiet_until_hour", "mails_a_day")
"""Of the numbers that an association may change, those that news goes by."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What holds for one person: what they said, else what their association says, else what holds for all."""

    clock: WallClock
    digest_at: time
    digest_day: int
    window: timedelta
    mails_a_day: int
    paces: Paces

    def pace(self, category: Category, channel: Channel) -> Pace:
        """How soon news of the category goes out by the channel."""
        return self.paces.get(category, {}).get(channel, _USUAL[channel])


def habits(said: Preferences | None, zone: ZoneInfo, numbers: Mapping[str, int]) -> Habits:
    """`zone`: the person's, whoever said it; `numbers`: the association's own, as far as it has any."""
    usual = {name: numbers.get(name, DEFAULTS[name].value) for name in NUMBERS}
    quiet = None if said is None else said.quiet_hours
    at = None if said is None else said.digest_at
    day = None if said is None else said.digest_day
    if quiet is None:
        hours = QuietHours(time(usual["quiet_from_hour"]), time(usual["quiet_until_hour"]))
    else:
        hours = QuietHours(time.fromisoformat(quiet.start), time.fromisoformat(quiet.end))
    return Habits(
        clock=WallClock(zone, hours),
        digest_at=time(usual["digest_hour"]) if at is None else time.fromisoformat(at),
        digest_day=0 if day is None else day,
        window=timedelta(hours=usual["digest_hours"]),
        mails_a_day=usual["mails_a_day"],
        paces={} if said is None else said.paces,
    )
