"""What becomes of people's places when the coming rounds are planned anew."""

from collections.abc import Iterable, Mapping, Sequence
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


def changed(before: Iterable[RoundPlace], after: Sequence[RoundPlace], first: int) -> list[str]:
    """Whoever is there from `first` on and sits elsewhere, or with others, than they were told; in order of id."""
    was, now = _company(before, first), _company(after, first)
    return sorted(
        place.member_id for place in after if stays(place, first) and was.get(place.member_id) != now[place.member_id]
    )


def _company(places: Iterable[RoundPlace], first: int) -> Mapping[str, Sequence[tuple[int, frozenset[str]]]]:
    """Of each person, by round from `first` on, where they sit and with whom."""
    known = list(places)
    tables: dict[tuple[int, int], set[str]] = {}
    for place in known:
        for number, seat in enumerate(place.seats[first:]):
            if seat >= 0:
                tables.setdefault((number, seat), set()).add(place.member_id)
    frozen = {at: frozenset(people) for at, people in tables.items()}
    nobody: frozenset[str] = frozenset()
    return {
        place.member_id: [(seat, frozen.get((number, seat), nobody)) for number, seat in enumerate(place.seats[first:])]
        for place in known
    }
