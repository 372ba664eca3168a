"""Pairs a coordinator has decided: they come first and take their seats from the pool."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from services.matching.engine.pool import Pair, Place, Pool, unordered
from shared.errors import Conflict


class ImpossibleLock(Conflict):
    """A locked pair that no coordinator can want: its `rule` says why."""

    def __init__(self, mentor_id: str, mentee_id: str, rule: str) -> None:
        super().__init__(f"The locked pair of mentor {mentor_id} and mentee {mentee_id} is impossible: {rule}.")
        self.mentor_id = mentor_id
        self.mentee_id = mentee_id
        self.rule = rule


def without_locked_seats(pool: Pool, locked: Collection[Pair]) -> Pool:
    """The pool with the seats of the locked pairs (mentor, mentee) taken.

    Rules of fit give way to a coordinator; people do not. Raises ImpossibleLock, its rule one of: not_in_pool, self,
    blocked, forbidden, no_capacity.
    """
    mentors = {place.member.id: place.capacity for place in pool.mentors}
    mentees = {place.member.id: place.capacity for place in pool.mentees}
    seats, wanted = Counter[str](), Counter[str]()
    for mentor_id, mentee_id in sorted(set(locked)):
        seats[mentor_id] += 1
        wanted[mentee_id] += 1
        broken = {
            "not_in_pool": mentor_id not in mentors or mentee_id not in mentees,
            "self": mentor_id == mentee_id,
            "blocked": unordered(mentor_id, mentee_id) in pool.blocked,
            "forbidden": (mentor_id, mentee_id) in pool.forbidden,
            "no_capacity": seats[mentor_id] > mentors.get(mentor_id, 0)
            or wanted[mentee_id] > mentees.get(mentee_id, 0),
        }
        for rule, breaks in broken.items():
            if breaks:
                raise ImpossibleLock(mentor_id, mentee_id, rule)
    return replace(pool, mentors=_less(pool.mentors, seats), mentees=_less(pool.mentees, wanted))


def _less(places: Collection[Place], taken: Counter[str]) -> tuple[Place, ...]:
    return tuple(replace(place, capacity=place.capacity - taken[place.member.id]) for place in places)
