"""Whom a mentee could ask next after a request that came to nothing."""

from collections.abc import Sequence
from datetime import datetime

from services.matching.commands.recommend_from_memory import recommend_from_memory
from services.matching.commands.recommend_partners import recommend_partners
from services.matching.domain.enrollment import Role
from services.matching.domain.program import PROGRAM
from services.matching.domain.request import Request, RequestState
from services.matching.engine.suggestions import Suggestion
from services.matching.live.memory import BeingPrepared, Memory
from services.matching.store import Store
from shared.errors import NotFound

MOST = 3

_CAME_TO_NOTHING = frozenset({RequestState.DECLINED, RequestState.EXPIRED, RequestState.INVALIDATED})


def next_best_mentors(store: Store, memory: Memory, request: Request, now: datetime) -> Sequence[Suggestion]:
    """The best mentors at this moment whom the mentee has not asked in this program; phrased for the mentee.

    None while the request is open, none for a mentee who cannot ask, and none while a large program is being prepared:
    what became of the request does not wait for that.
    """
    if request.state not in _CAME_TO_NOTHING:
        return ()
    tenant, program_id, mentee_id = request.tenant, request.program_id, request.mentee_id
    program = store.programs.get(tenant, program_id)
    if not PROGRAM.allows(program.state, "request"):
        return ()
    asked = store.requests.ever_asked(tenant, program_id, mentee_id)
    count = MOST + len(asked)
    try:
        found = recommend_from_memory(
            store, memory, tenant, program_id, mentee_id, Role.MENTEE, count, now, told_to_staff=False
        )
    except BeingPrepared:
        return ()
    if found is None:
        try:
            found = recommend_partners(store, program, mentee_id, Role.MENTEE, count, now, told_to_staff=False)
        except NotFound:
            return ()
    return [each for each in found if each.mentor_id not in asked][:MOST]
