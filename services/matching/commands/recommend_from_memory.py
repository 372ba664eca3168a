"""Who fits a mentee best, from memory; what is shown is looked at once more before it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Program
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.pool import Criteria, Pool
from services.matching.engine.suggestions import Suggestion, told_pair
from services.matching.live.memory import Memory
from services.matching.live.segment import DoesNotFit
from services.matching.store import Store

_SPARE = 6
"""So many more are found than wanted: some may be full by now, or asked or paired before."""
_WIDER = 4


def recommend_from_memory(
    store: Store, memory: Memory, program: Program, mentee_id: str, count: int, now: datetime, audience: Audience
) -> Sequence[Suggestion] | None:
    """Up to `count` mentors, best first; None where memory cannot say: not of this program, or not of this member.

    Scores may be a second old. Whom the mentee has asked or was paired with, and whether the mentors have a seat and
    take part, is as of this moment, and so is all that the reasons tell.
    """
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    index = memory.program(program.tenant, program.id, monday)
    if index is None:
        return None
    caller = store.moments.caller(program.tenant, program.id, mentee_id, memory.names_of(mentee_id))
    if Role.MENTEE not in caller.seats:
        return None
    mentee = caller.member
    if mentee is None or not mentee.may_start_something:
        return ()
    earlier = store.programs.cycles_before(program, program.rules.not_paired_in_cycles or 0)
    programs = [program.id, *(cycle.id for cycle in earlier)]
    criteria = Criteria(program.rules, program.weights, program.format)
    k = count + _SPARE
    while True:
        try:
            found, gatherings = index.best(mentee, caller.events, criteria, k)
        except DoesNotFit:
            return None
        known = store.moments.partners(program.tenant, programs, mentee_id, [each.member_id for each in found])
        if caller.seats[Role.MENTEE] - known.taken - index.staged(mentee_id) <= 0:
            return ()
        shown = [each for each in found if each.member_id in known.members and each.member_id not in known.barred]
        if len(shown) >= count or len(found) < k:
            break
        k *= _WIDER
    pool = Pool((), (), index.monday, gatherings=tuple(there | {mentee_id} for there in gatherings.values()))
    return tuple(
        told_pair(
            pool,
            known.members[each.member_id],
            mentee,
            each.score,
            each.points,
            visible_to_participants,
            audience,
        )
        for each in shown[:count]
    )
