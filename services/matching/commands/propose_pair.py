"""A coordinator adds a pair to a match run by hand."""

from datetime import timedelta

from services.matching.commands.eligibility import NotTakingPart, require_taking_part
from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import MATCH_RUN, MatchRun
from services.matching.domain.peers import as_named
from services.matching.domain.program import Format, group_of
from services.matching.domain.proposal import Proposal
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.matching import match
from services.matching.engine.pool import Criteria, Place, Pool
from services.matching.store import Store
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class CannotBePaired(Conflict):
    """A block, of whom is not said, holds for coordinators, too."""

    def __init__(self, mentor_id: str, mentee_id: str) -> None:
        super().__init__(f"{mentor_id} and {mentee_id} are kept apart and cannot be paired.")


def propose_pair(transaction: Transaction, store: Store, run: MatchRun, mentor_id: str, mentee_id: str) -> Proposal:
    """A proposal with its score and reasons; rules of fit give way to a coordinator, seats are checked on publishing.

    Raises a Conflict where the run is not under review, one of the two takes no part, both are one person or kept
    apart, or the pair is proposed already.
    """
    MATCH_RUN.after(run.state, "publish")
    tenant, session = transaction.tenant, transaction.session
    program = store.programs.get(tenant, run.program_id, session)
    mentor_id, mentee_id = as_named(program.format, mentor_id, mentee_id)
    require_taking_part(transaction, store, program, mentor_id, Role.MENTOR)
    require_taking_part(transaction, store, program, mentee_id, Role.MENTEE)
    if mentee_id in store.pairs.apart_from(tenant, mentor_id, session):
        raise CannotBePaired(mentor_id, mentee_id)
    members = store.copies.among(tenant, {mentor_id, mentee_id}, session)
    if mentor_id not in members:
        raise NotTakingPart(mentor_id, Role.MENTOR)
    if mentee_id not in members:
        raise NotTakingPart(mentee_id, Role.MENTEE)
    today = transaction.now.date()
    mentor, mentee = Place(members[mentor_id], 1), Place(members[mentee_id], 1)
    pool = Pool(
        mentors=(mentor, mentee) if program.format is Format.PEER else (mentor,),
        mentees=(mentee,),
        monday=today - timedelta(days=today.weekday()),
        gatherings=store.attendances.gatherings(tenant, {mentor_id, mentee_id}, session),
    )
    [pair] = match(
        pool,
        Criteria(program.rules, run.weights or program.weights, program.format),
        run.objective,
        visible=visible_to_participants,
        audience=Audience.STAFF,
        locked=[(mentor_id, mentee_id)],
    ).pairs
    proposal = Proposal(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        program_id=program.id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        score=pair.score,
        parts={part.value: share for part, share in pair.parts.items()},
        reasons=pair.reasons,
        run_id=run.id,
        group_id=group_of(program.id, program.format, mentor_id),
        by_hand=True,
    )
    store.proposals.add(session, proposal)
    return proposal
