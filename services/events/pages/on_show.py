"""What pages of speed rounds show of people: by the alphabet, under names that anybody in the room may read."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.events.domain.event import Event
from services.events.domain.round_place import ABSENT, BYE, RoundPlace
from services.events.domain.round_series import RoundSeries

LONG_NAME = 24
"""Characters from which on a name is set smaller, on two lines."""
LONGEST_NUMBER = 4
"""Characters of a table's name that take no more room than a number."""
_WITHOUT_ACCENT = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
"""Letters that are sorted as others and that Unicode takes for letters of their own."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A person on a page; `number` is theirs in the series."""

    number: int
    name: str
    alike: bool
    """Whether somebody else has the same name: the number tells them apart."""
    seats: tuple[int, ...]

    @property
    def long(self) -> bool:
        """Whether the name needs two lines."""
        return len(self.name) > LONG_NAME

    def is_there(self, number: int | None) -> bool:
        """Whether that round has a place for them, or a bye."""
        return number is not None and self.seats[number] != ABSENT

    def has_bye(self, number: int) -> bool:
        return self.seats[number] == BYE


@dataclass(frozen=True, slots=True)
class Room:
    """An event's series and everybody with a place in it, by the alphabet."""

    event: Event
    series: RoundSeries
    people: Sequence[Shown]

    def time(self, number: int) -> str:
        """When that round begins, on the clocks of the place."""
        return self.series.begins(number).astimezone(ZoneInfo(self.event.time_zone)).strftime("%H:%M")

    def table(self, shown: Shown, number: int) -> str:
        """The name of somebody's table."""
        return self.series.table_name(shown.seats[number])

    def tables(self, number: int) -> Sequence[tuple[int, Sequence[Shown]]]:
        """Each table that is used in that round, and who sits there, by the alphabet."""
        found: dict[int, list[Shown]] = {}
        for shown in self.people:
            if shown.seats[number] >= 0:
                found.setdefault(shown.seats[number], []).append(shown)
        return sorted(found.items())

    def byes(self, number: int) -> Sequence[Shown]:
        """Who sits that round out."""
        return [shown for shown in self.people if shown.has_bye(number)]


def room(event: Event, series: RoundSeries, places: Sequence[RoundPlace], names: Mapping[str, str]) -> Room:
    """`names` by the ids of the places: those that anybody may read; the others are guests by number."""
    named = [(place, names.get(place.member_id) or f"Guest {place.number}") for place in places if place.takes_part]
    counted = Counter(name for _, name in named)
    people = [Shown(place.number, name, counted[name] > 1, place.seats) for place, name in named]
    return Room(event, series, sorted(people, key=lambda shown: (alphabetical(shown.name), shown.number)))


def alphabetical(name: str) -> str:
    """What names are sorted by: accents and case make no difference."""
    plain = unicodedata.normalize("NFKD", name)
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return bare.casefold().translate(_WITHOUT_ACCENT).strip()
