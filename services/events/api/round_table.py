"""A plan of speed rounds as a table, for spreadsheets: a row a person, a column a round."""

from collections.abc import Iterator, Sequence

from services.events.api.round_view import people_of
from services.events.domain.round_place import ABSENT, BYE, RoundPlace
from services.events.domain.round_series import RoundSeries
from services.events.store import Store
from shared.web.csv_download import Cell

_AT_ONCE = 500
_PERSON = ("number", "name", "member_id", "byes", "left_out")


def columns(series: RoundSeries) -> Sequence[str]:
    """The header."""
    return (*_PERSON, *(f"round_{number + 1}" for number in range(series.rounds)))


def rows(store: Store, series: RoundSeries) -> Iterator[Sequence[Sequence[Cell]]]:
    """Everybody, batch by batch, in order of member id: a table's name, `bye`, or nothing where they are away."""
    after: str | None = None
    while found := store.round_places.page(series, limit=_AT_ONCE, after=after):
        people = people_of(store, series.tenant, {each.member_id for each in found}, staff=True)
        yield [
            [
                place.number,
                people[place.member_id]["name"],
                people[place.member_id]["member_id"],
                place.byes,
                place.left_out,
                *_seats(series, place),
            ]
            for place in found
        ]
        after = found[-1].member_id


def _seats(series: RoundSeries, place: RoundPlace) -> list[Cell]:
    said: dict[int, Cell] = {ABSENT: None, BYE: "bye"}
    return [said[seat] if seat in said else series.table_name(seat) for seat in place.seats]
