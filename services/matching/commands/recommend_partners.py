"""Who fits a member best at this moment, with the reasons, by reading all of the program."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.matching.commands.assemble_pool import assemble_pool
from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.peers import role_in
from services.matching.domain.program import Format, Program
from services.matching.domain.response import band_of
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.pool import Criteria, both_ways
from services.matching.engine.recommendations import recommend
from services.matching.engine.suggestions import Suggestion
from services.matching.store import Store
from shared.errors import NotFound
from shared.telemetry.metrics import LIVE_ANSWERS


def recommend_partners(
    store: Store,
    program: Program,
    member_id: str,
    role: Role | None,
    count: int,
    now: datetime,
    *,
    told_to_staff: bool,
) -> Sequence[Suggestion]:
    """Up to `count` partners, best first, phrased for the member or for staff; without a role, the mentee's first.

    A peer is shown others as who looks for a partner: theirs are the mentors' ids. None where the member has no seat
    left. Raises NotFound where the member is not approved in the program.
    """
    wanted = None if role is None else role_in(program.format, role)
    approved = [
        enrollment.role
        for enrollment in store.enrollments.of_member(program.tenant, program.id, member_id)
        if enrollment.state is EnrollmentState.APPROVED and wanted in (None, enrollment.role)
    ]
    if not approved:
        raise NotFound("approved enrollment of the member", member_id)
    are_peers = program.format is Format.PEER
    asked_as = Role.MENTEE if Role.MENTEE in approved or are_peers else Role.MENTOR
    asked = store.requests.asked(program.tenant, program.id, member_id, asked_as)
    if are_peers:
        asked = frozenset(both_ways(asked | store.requests.asked(program.tenant, program.id, member_id, Role.MENTOR)))
    pool = replace(assemble_pool(store, program, now, only=(member_id, asked_as)), forbidden=asked)
    criteria = Criteria(program.rules, program.weights, program.format)
    audience = Audience.STAFF if told_to_staff else None
    LIVE_ANSWERS.labels("database").inc()
    found = recommend(pool, criteria, member_id, asked_as, count, visible=visible_to_participants, audience=audience)
    if asked_as is Role.MENTOR:
        return found
    hours = store.loads.answer_hours(program.tenant, program.id, [each.mentor_id for each in found])
    fewest = program.settings.fewest_answers
    return [replace(each, response_band=band_of(hours.get(each.mentor_id, ()), fewest)) for each in found]
