"""How those on one side of a program stand at this moment, read from the database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Member
from services.matching.store import Store

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """An approved mentor, or mentee: seats, how many of them live pairs hold, the copy, the events they were at."""

    seats: int
    taken: int
    member: Member | None
    events: frozenset[str]


def standings(
    store: Store, tenant: str, program_id: str, side: Role, member_ids: Collection[str] | None = None
) -> Mapping[str, Standing]:
    """Of these members, or of all: those who are approved on this side of the program."""
    seats = store.enrollments.seats(tenant, program_id, side, member_ids)
    taken = store.mentorships.live_of_each(tenant, program_id, side, None if member_ids is None else seats)
    found: dict[str, Standing] = {}
    ids = sorted(seats)
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        members, events = store.copies.among(tenant, some), store.attendances.events_of(tenant, some)
        found |= {
            each: Standing(seats[each], taken[each], members.get(each), events.get(each, frozenset())) for each in some
        }
    return found
