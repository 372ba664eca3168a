"""The big screen: the round, the time that is left, and who moves where, a page of names at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from services.events.pages.on_show import LONGEST_NUMBER, Room, Shown

TURN_SECONDS = 10
"""How long a page of names is shown."""
FRESH_SECONDS = 60
"""How often the screen asks for what has changed."""
_LAYOUTS = ((12, 2), (36, 3))
"""Up to so many people, so many columns."""
_MOST_COLUMNS, _MOST_ROWS = 4, 22
_WORDY_COLUMNS = 2
"""Where tables have names instead of numbers."""


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody, and where they sit now and next; None: nowhere, "": they sit it out."""

    shown: Shown
    now: str | None
    next: str | None

    @property
    def moves(self) -> bool:
        """Whether they have to get up."""
        return self.next is not None and self.next != self.now


@dataclass(frozen=True, slots=True)
class Screen:
    """One moment of it; numbers of rounds are from 0."""

    room: Room
    now: datetime
    current: int | None
    coming: int | None
    pages: Sequence[Sequence[Row]]
    columns: int
    rows: int
    wordy: bool
    """Whether tables have names that take their room."""
    visible: int
    """Which page is shown at this moment."""

    @property
    def until(self) -> datetime | None:
        """What the clock counts down to: the end of this round, or the begin of the next."""
        if self.current is not None:
            return self.room.series.ends(self.current)
        return None if self.coming is None else self.room.series.begins(self.coming)

    @property
    def left(self) -> str:
        """The time until then as minutes and seconds."""
        seconds = 0 if self.until is None else max(0, ceil((self.until - self.now).total_seconds()))
        minutes, rest = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def screen(room: Room, now: datetime, part: int = 1, parts: int = 1) -> Screen:
    """The screen at this moment; of several beside each other, the one that shows this part of the alphabet."""
    series = room.series
    current, first = series.current(now), series.coming(now)
    coming = first if first < series.rounds else None
    there = [each for each in room.people if each.is_there(current) or each.is_there(coming)]
    share = ceil(len(there) / parts)
    rows = [_row(room, each, current, coming) for each in there[share * (part - 1) : share * part]]
    wordy = any(len(name) > LONGEST_NUMBER for name in series.tables)
    columns = next((columns for most, columns in _LAYOUTS if len(rows) <= most), _MOST_COLUMNS)
    columns = min(columns, _WORDY_COLUMNS) if wordy else columns
    pages_needed = max(1, ceil(len(rows) / (columns * _MOST_ROWS)))
    in_page = ceil(len(rows) / pages_needed)
    pages = [rows[at : at + in_page] for at in range(0, len(rows), max(1, in_page))]
    visible = int(now.timestamp()) // TURN_SECONDS % max(1, len(pages))
    return Screen(room, now, current, coming, pages, columns, max(1, ceil(in_page / columns)), wordy, visible)


def _row(room: Room, shown: Shown, current: int | None, coming: int | None) -> Row:
    return Row(shown, _place(room, shown, current), _place(room, shown, coming))


def _place(room: Room, shown: Shown, number: int | None) -> str | None:
    if number is None or not shown.is_there(number):
        return None
    return "" if shown.has_bye(number) else room.table(shown, number)
