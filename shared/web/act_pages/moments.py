"""Moments as whoever reads a page says them: in their language, by the clocks of the zone that is named beside."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time

from shared.web.act_pages.languages import spoken


@dataclass(frozen=True, slots=True)
class Moments:
    """For one reader; `locale` is theirs, as a BCP 47 tag, where it is of the page's language."""

    language: str
    locale: str
    zone: str | None

    def when(self, moment: datetime) -> str:
        """Day, time and zone."""
        locale = self._locale()
        name, zone = self._zone()
        local = moment.astimezone(zone)
        return f"{format_date(local, 'full', locale=locale)}, {format_time(local, 'short', locale=locale)} ({name})"

    def _locale(self) -> Locale:
        """The reader's own (`en-GB` of `en`), else the language's."""
        if spoken(self.locale) == self.language:
            try:
                return Locale.parse(self.locale.replace("_", "-"), sep="-")
            except (ValueError, UnknownLocaleError):
                pass
        return Locale.parse(self.language)

    def _zone(self) -> tuple[str, tzinfo]:
        """By its IANA name; members may have one that this machine does not know."""
        if self.zone is not None:
            try:
                return self.zone, ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError):
                pass
        return "UTC", UTC
