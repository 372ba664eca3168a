"""What is printed, cut into sheets that fit both A4 and US Letter; each says what it is and which of how many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from services.events.pages.on_show import Room, Shown

LINES = 44
"""Names that stand below each other on a sheet of the room plan."""
COLUMNS = 3
_SLIPS = ((8, 6), (16, 4), (42, 2))
"""One to one, two beside each other: up to so many lines of a personal plan, so many plans a sheet."""
_WIDE_SLIPS = ((11, 3), (21, 2))
"""As wide as the sheet, for tables of more: four names fit a line."""
_NAMES_A_LINE = 4


@dataclass(frozen=True, slots=True)
class Table:
    """A table in one round; `more`: the names go on from the column before."""

    name: str
    people: Sequence[Shown]
    more: bool = False


@dataclass(frozen=True, slots=True)
class RoomSheet:
    """A sheet of the room plan: columns of tables."""

    number: int
    """The round, from 0."""
    columns: Sequence[Sequence[Table]]
    byes: Sequence[Shown]
    """On the last sheet of the round."""
    sheet: int
    sheets: int


@dataclass(frozen=True, slots=True)
class Line:
    """One round in somebody's plan, or at a table."""

    number: int
    time: str
    table: str | None
    """None: they sit it out."""
    people: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Slip:
    """The plan of one person."""

    shown: Shown
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Card:
    """The card of one table: who sits there in each round."""

    name: str
    lines: Sequence[Line]

    @property
    def size(self) -> str:
        """How large its letters can be."""
        names = sum(len(line.people) for line in self.lines)
        return "large" if names <= 24 else "middle" if names <= 80 else "small"


def room_plan(room: Room) -> Iterator[RoomSheet]:
    """Round by round; none where nobody takes part."""
    for number in range(room.series.rounds if room.people else 0):
        tables = [Table(room.series.table_name(table), people) for table, people in room.tables(number)]
        columns = list(_columns(tables))
        sheets = [columns[at : at + COLUMNS] for at in range(0, len(columns), COLUMNS)] or [[]]
        for at, some in enumerate(sheets, start=1):
            byes = room.byes(number) if at == len(sheets) else ()
            yield RoomSheet(number, some, byes, at, len(sheets))


def slips(room: Room) -> Iterator[Sequence[Slip]]:
    """Everybody's plan by the alphabet, as many as fit a sheet at a time."""
    at_tables = [dict(room.tables(number)) for number in range(room.series.rounds)]
    lines = room.series.rounds * ceil((room.series.group_size - 1) / _NAMES_A_LINE)
    layouts = _SLIPS if room.series.group_size == 2 else _WIDE_SLIPS
    together = next((fitting for most, fitting in layouts if lines <= most), 1)
    for first in range(0, len(room.people), together):
        yield [Slip(shown, list(_lines(room, shown, at_tables))) for shown in room.people[first : first + together]]


def cards(room: Room) -> Iterator[Sequence[Card]]:
    """Each table's card, two to a sheet where they are short."""
    found: dict[int, list[Line]] = {}
    for number in range(room.series.rounds):
        for table, people in room.tables(number):
            found.setdefault(table, []).append(Line(number, room.time(number), None, people))
    made = [Card(room.series.table_name(table), lines) for table, lines in sorted(found.items())]
    together = 2 if all(card.size != "small" for card in made) else 1
    for first in range(0, len(made), together):
        yield made[first : first + together]


def _lines(room: Room, shown: Shown, at_tables: Sequence[dict[int, Sequence[Shown]]]) -> Iterator[Line]:
    for number in range(room.series.rounds):
        if not shown.is_there(number):
            continue
        bye = shown.has_bye(number)
        others = [] if bye else [each for each in at_tables[number][shown.seats[number]] if each is not shown]
        yield Line(number, room.time(number), None if bye else room.table(shown, number), others)


def _columns(tables: Sequence[Table]) -> Iterator[Sequence[Table]]:
    """Columns of at most LINES names; a table is parted only where it is longer than a column."""
    column: list[Table] = []
    left = LINES
    for table in tables:
        people, more = table.people, False
        while len(people) > left:
            if column:
                yield column
                column, left = [], LINES
            if len(people) > LINES:
                yield [Table(table.name, people[:LINES], more)]
                people, more = people[LINES:], True
        column.append(Table(table.name, people, more))
        left -= len(people)
    if column:
        yield column
