"""Two people are paired: by a mentor's yes to a request, or by the publication of a match run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matching.commands.announce_mentorship import announce_state
from services.matching.commands.eligibility import KeptApart, require_approved
from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.commands.make_plan import make_plan, set_planned_milestones
from services.matching.commands.mentor_seats import take_seats
from services.matching.commands.remind_to_ask import settle_first_request
from services.matching.domain.enrollment import Role
from services.matching.domain.member import Member
from services.matching.domain.mentorship import MenteeMatched, Mentorship, Origin
from services.matching.domain.peers import as_named, ways_to_ask
from services.matching.domain.program import Format, Program, group_of
from services.matching.domain.request import ALREADY_PAIRED, Request
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class Pairing:
    """A mentorship that has begun, and those of the two of whom profiles have told, as they are now."""

    mentorship: Mentorship
    people: Mapping[str, Member]


def start_mentorship(
    transaction: Transaction,
    store: Store,
    program: Program,
    mentor_id: str,
    mentee_id: str,
    *,
    origin: Origin,
    request_id: str | None = None,
    match_run_id: str | None = None,
    answered_within: int | None = None,
) -> Pairing:
    """A new mentorship, with the plan of its program, whose agreement is still to be made; takes a seat of the mentor.

    In a flash program it needs none and is active at once. Of peers both give a seat, and the lower id is the mentor's.

    Requests that can no longer be accepted are invalidated: the mentee's where this fills the mentee's places, the
    mentor's where it fills the mentor's, and one between the two. The one that led here, `request_id`, is left to the
    caller; where the mentor had not answered it before, `answered_within` is how many hours they took.

    Raises a Conflict where the pair is not possible: MentorFull, MentorPaused, MenteeMatched, AlreadyPaired,
    NotTakingPart (KeptApart among them), IllegalTransition where the program no longer matches.
    """
    program.require("match")
    session, tenant = transaction.session, transaction.tenant
    # The seat first: of many who want the same one, all but one are turned back before they have done any work.
    loads = take_seats(transaction, store, program, mentor_id, mentee_id, answered_within)
    mentor_id, mentee_id = as_named(program.format, mentor_id, mentee_id)
    are_peers = program.format is Format.PEER
    for each in (mentor_id, mentee_id) if are_peers else (mentee_id,):
        store.mentee_turns.take(session, tenant, program.id, each)
    found = store.prospects.of(session, program, mentor_id, mentee_id, request_id=request_id)
    require_approved(found.mentor, found.people.get(mentor_id), mentor_id, Role.MENTOR)
    mentee = require_approved(found.mentee, found.people.get(mentee_id), mentee_id, Role.MENTEE)
    if store.pairs.take(session, tenant, mentor_id, mentee_id):
        raise KeptApart(mentee_id, Role.MENTEE)
    group_id = group_of(program.id, program.format, mentor_id)
    if group_id is not None:
        _require_no_block_within(transaction, store, program.id, mentor_id, mentee_id)
    # Of peers the seats say that both have room.
    if not are_peers and found.mentors_now >= mentee.capacity:
        raise MenteeMatched(mentee_id)
    named = program.settings.template_id
    template = None if named is None else store.templates.get(tenant, named, session)
    mentorship = Mentorship(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        program_id=program.id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        started_at=transaction.now,
        group_id=group_id,
        origin=origin,
        request_id=request_id,
        match_run_id=match_run_id,
        template_id=named,
        plan_revision=None if template is None else template.revision,
    )
    if program.format is Format.FLASH:
        mentorship = mentorship.begun(program.settings.flash_days, transaction.now)
    store.mentorships.start(session, mentorship)
    if template is not None:
        make_plan(transaction, store, mentorship, template)
    announce_state(transaction, "mentorship.started.v1", mentorship)
    set_planned_milestones(transaction, store, mentorship)
    if request_id is None:
        settle_first_request(transaction, store, program.id, mentee_id)
    between = _open_between(transaction, store, program, mentorship, request_id) if found.mentee_asks else ()
    settled = {request_id, *(one.id for one in between)}
    full = [load.member_id for load in loads if not load.available]
    matched = full if are_peers else [mentee_id] if found.mentors_now + 1 >= mentee.capacity else []
    for each in matched if found.mentee_asks else ():
        asked = store.requests.open_of_mentee(session, tenant, program.id, each)
        invalidate_requests(transaction, store, [one for one in asked if one.id not in settled], "mentee_matched")
    for each in full if found.mentor_is_asked else ():
        asking = store.requests.with_mentor(session, tenant, program.id, each)
        invalidate_requests(transaction, store, [one for one in asking if one.id not in settled], "mentor_full")
    # Last: a list that goes on then has not come to somebody in vain.
    invalidate_requests(transaction, store, between, ALREADY_PAIRED)
    return Pairing(mentorship, found.people)


def _open_between(
    transaction: Transaction, store: Store, program: Program, mentorship: Mentorship, request_id: str | None
) -> Sequence[Request]:
    """What one of the two has asked the other, beside what led here: there is nothing left to answer."""
    found = [
        store.requests.open_between(transaction.session, transaction.tenant, program.id, *way)
        for way in ways_to_ask(program.format, *mentorship.parties)
    ]
    return [each for each in found if each is not None and each.id != request_id]


def _require_no_block_within(
    transaction: Transaction, store: Store, program_id: str, mentor_id: str, mentee_id: str
) -> None:
    """Nobody joins a group in which they would meet whom they are kept apart from. Raises KeptApart."""
    tenant, session = transaction.tenant, transaction.session
    others = store.mentorships.mentees_of(session, tenant, program_id, mentor_id)
    # Each pair is taken: who blocks one of them at this moment meets us here, and one of both runs again.
    if any(store.pairs.take(session, tenant, mentee_id, other) for other in sorted(others - {mentee_id})):
        raise KeptApart(mentee_id, Role.MENTEE)
