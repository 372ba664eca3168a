"""Who fits a member best at this moment, with the reasons."""

from collections.abc import Sequence
from datetime import datetime

from services.matching.commands.assemble_pool import assemble_pool
from services.matching.commands.recommend_from_memory import recommend_from_memory
from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.program import Program
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.pool import Criteria
from services.matching.engine.recommendations import recommend
from services.matching.engine.suggestions import Suggestion
from services.matching.live.memory import Memory
from services.matching.store import Store
from shared.errors import NotFound
from shared.telemetry.metrics import LIVE_ANSWERS


def recommend_partners(
    store: Store,
    memory: Memory,
    program: Program,
    member_id: str,
    role: Role | None,
    count: int,
    now: datetime,
    *,
    told_to_staff: bool,
) -> Sequence[Suggestion]:
    """Up to `count` partners, best first, phrased for the member or for staff; without a role, the mentee's first.

    None where the member has no seat left. Raises NotFound where the member is not approved in the program.
    """
    audience = Audience.STAFF if told_to_staff else None
    if role is not Role.MENTOR:
        found = recommend_from_memory(store, memory, program, member_id, count, now, audience or Audience.MENTEE)
        if found is not None:
            LIVE_ANSWERS.labels("memory").inc()
            return found
    LIVE_ANSWERS.labels("database").inc()
    return recommend_from_database(store, program, member_id, role, count, now, audience)


def recommend_from_database(
    store: Store,
    program: Program,
    member_id: str,
    role: Role | None,
    count: int,
    now: datetime,
    audience: Audience | None,
) -> Sequence[Suggestion]:
    """The same by reading the whole program: what is right, and what takes its time where the program is large."""
    approved = [
        enrollment.role
        for enrollment in store.enrollments.of_member(program.tenant, program.id, member_id)
        if enrollment.state is EnrollmentState.APPROVED and role in (None, enrollment.role)
    ]
    if not approved:
        raise NotFound("approved enrollment of the member", member_id)
    asked_as = Role.MENTEE if Role.MENTEE in approved else Role.MENTOR
    asked = store.requests.asked(program.tenant, program.id, member_id, asked_as)
    pool = assemble_pool(store, program, now, forbidden=asked, only=(member_id, asked_as)).pool
    criteria = Criteria(program.rules, program.weights, program.format)
    return recommend(pool, criteria, member_id, asked_as, count, visible=visible_to_participants, audience=audience)
