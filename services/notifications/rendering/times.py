"""Moments as a person reads them: in their language, in their time zone or the place's."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location

_FRENCH_FIRST = re.compile(r"\b1 (?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment's parts, for a language to put together. `city` names the zone; empty where it is `offset` from UTC."""

    day: str
    time: str
    city: str
    offset: str


@dataclass(frozen=True, slots=True)
class Times:
    """Formats for one reader; `said` is how their language puts a moment together."""

    locale: Locale
    zone: str | None
    said: Callable[[Moment], str]

    def when(self, moment: datetime, zone: str | None = None) -> str:
        """Day, time and zone; the zone named, else the reader's, else UTC."""
        name, place = _zone(zone or self.zone)
        local = moment.astimezone(place)
        shown = Moment(
            day=self._date(local.date(), "full"),
            time=" ".join(format_time(local, "short", locale=self.locale).split()),
            city=self._city(name),
            offset=f"UTC{local.isoformat()[-6:]}" if local.utcoffset() else "UTC",
        )
        return self.said(shown)

    def day(self, text: str) -> str:
        """A day of the contract, `2026-11-03`."""
        return self._date(date.fromisoformat(text), "long")

    def _date(self, day: date, length: Literal["full", "long"]) -> str:
        """As CLDR has it, but that French counts the first of a month as the first."""
        text = format_date(day, length, locale=self.locale)
        return _FRENCH_FIRST.sub("1er ", text) if self.locale.language == "fr" else text

    def _city(self, zone: str) -> str:
        """The city that a zone is named after; `Etc/GMT+5` is named after none, and with the sign turned round."""
        area, _, place = zone.partition("/")
        return get_timezone_location(zone, locale=self.locale, return_city=True) if place and area != "Etc" else ""


def locale_for(language: str, wanted: str | None) -> Locale:
    """The reader's own locale where the text is in its language (`en-GB` of `en`), else the text's."""
    tag = (wanted or language).replace("_", "-")
    if _language(tag) == _language(language):
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            pass
    return Locale.parse(language, sep="-")


def _language(tag: str) -> str:
    return tag.partition("-")[0].casefold()


def _zone(name: str | None) -> tuple[str, tzinfo]:
    """The zone by its IANA name; members may have one that this machine does not know."""
    if name is not None:
        try:
            return name, ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    return "UTC", UTC
