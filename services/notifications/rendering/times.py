"""Moments as a person reads them: in their language, in their time zone or the place's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time


@dataclass(frozen=True, slots=True)
class Times:
    """Formats for one reader."""

    locale: Locale
    zone: str | None

    def when(self, moment: datetime, zone: str | None = None) -> str:
        """Day, time and zone; the zone named, else the reader's, else UTC."""
        name, place = _zone(zone or self.zone)
        local = moment.astimezone(place)
        day = format_date(local, "full", locale=self.locale)
        return f"{day}, {format_time(local, 'short', locale=self.locale)} ({name})"

    def day(self, text: str) -> str:
        """A day of the contract, `2026-11-03`."""
        return format_date(date.fromisoformat(text), "long", locale=self.locale)


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
