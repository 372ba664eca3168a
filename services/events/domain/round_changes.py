"""What becomes of people's places when the coming rounds are planned anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.events.domain.round_place import ABSENT, RoundPlace

Window = range
"""The rounds that somebody is there for, without a gap."""


def stays(place: RoundPlace, first: int) -> Window:
    """The rounds from `first` on that the plan until now has them in; empty where they are out of it."""
    there = [number for number, seat in enumerate(place.seats) if number >= first and seat != ABSENT]
    return range(there[0], there[-1] + 1) if there else range(0)


def newcomer(
    member_id: str, number: int, rounds: int, seats: tuple[int, ...] | None = None, left_out: str | None = None
) -> RoundPlace:
    """Somebody who has had no place until now; without seats they are in no round."""
    return RoundPlace(member_id, number, (ABSENT,) * rounds if seats is None else seats, left_out)


def seated_anew(place: RoundPlace, first: int, seats: Sequence[int] | None, left_out: str | None) -> RoundPlace:
    """The place with these seats from `first` on (None: away), and all before it as it was."""
    coming = (ABSENT,) * (len(place.seats) - first) if seats is None else tuple(seats)
    return replace(place, seats=(*place.seats[:first], *coming), left_out=left_out)


def changed(before: Sequence[RoundPlace], after: Sequence[RoundPlace], first: int) -> list[str]:
    """Whoever is there from `first` on and sits elsewhere, or with others, than they were told; in order of id."""
    was = {place.member_id: place for place in before}
    there = [place for place in after if stays(place, first)]
    found = {place.member_id for place in there if place.member_id not in was}
    for number in range(first, len(after[0].seats) if after else 0):
        tables_before, tables_after = _tables(before, number), _tables(after, number)
        for place in there:
            seat, old = place.seats[number], was.get(place.member_id)
            if old is not None and (
                seat != old.seats[number] or (seat >= 0 and tables_before[seat] != tables_after[seat])
            ):
                found.add(place.member_id)
    return sorted(found)


def _tables(places: Sequence[RoundPlace], number: int) -> Mapping[int, set[str]]:
    """Who sits at each table in that round."""
    found: dict[int, set[str]] = {}
    for place in places:
        if (seat := place.seats[number]) >= 0:
            found.setdefault(seat, set()).add(place.member_id)
    return found
