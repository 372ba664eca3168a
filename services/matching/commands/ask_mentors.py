"""A mentee asks a ranked list of mentors, all at once or one after the other; a peer other peers."""

from collections.abc import Sequence

from services.matching.commands.announce_request import announce_request
from services.matching.commands.eligibility import (
    InNoneOfItsGroups,
    KeptApart,
    NotTakingPart,
    require_its_groups,
    require_organization_rule,
    require_taking_part,
)
from services.matching.commands.places_taken import places_taken
from services.matching.commands.remind_to_ask import settle_first_request
from services.matching.domain.asking import AskedByThem, check_asking
from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import AlreadyPaired, MenteeMatched, PairedBefore
from services.matching.domain.peers import ways_to_ask
from services.matching.domain.program import Format, Program
from services.matching.domain.request import Mode, Request
from services.matching.domain.stated_goal import NoGoal, StatedGoal, chosen_goal
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

ASKED_FIRST = "asked_first"
"""The reason why a peer of a list is not asked any more."""


def ask_mentors(
    transaction: Transaction,
    store: Store,
    program: Program,
    *,
    mentee_id: str,
    mentor_ids: Sequence[str],
    message: str,
    mode: Mode = Mode.PARALLEL,
    goal: str | None = None,
) -> list[Request]:
    """One request for each mentor, in the mentee's order; a sequential list sends the first and queues the rest.

    Each carries the mentee's goal with this text, the first of their profile where none is named. Raises Invalid for a
    list that cannot be asked and a goal that is none of theirs, and a Conflict where state forbids it: of the program,
    of the mentee (without a goal, not taking part, in none of the program's groups, matched, too many open requests),
    of a mentor (full, paused, not taking part, against the program's rule on organizations, asked or mentoring already,
    parted from for another partner, among peers asking the mentee already).
    """
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    program.require("request")
    # Peers may ask each other at the same moment: of the two, who comes second finds the first's request.
    for each in sorted({mentee_id, *mentor_ids}) if program.format is Format.PEER else (mentee_id,):
        store.mentee_turns.take(session, tenant, program.id, each)
    mentee = require_taking_part(transaction, store, program, mentee_id, Role.MENTEE)
    require_its_groups(transaction, store, program, mentee_id)
    if places_taken(transaction, store, program, mentee_id) >= mentee.capacity:
        raise MenteeMatched(mentee_id)
    waiting = store.requests.open_of_mentee(session, tenant, program.id, mentee_id)
    open_to = {request.mentor_id for request in waiting}
    longest = store.association_defaults.of(tenant, session)["request_list_limit"]
    limit = program.settings.open_request_limit
    check_asking(mentee_id, mentor_ids, open_to=open_to, limit=limit, longest=longest)
    _check_mentors(transaction, store, program, mentee_id, mentor_ids)
    stated = _goal(transaction, store, program, mentee_id, goal)
    list_id = new_id() if len(mentor_ids) > 1 else None
    requests = []
    for rank, mentor_id in enumerate(mentor_ids):
        request = Request(
            id=new_id(),
            tenant=tenant,
            version=1,
            updated_at=now,
            program_id=program.id,
            mentee_id=mentee_id,
            mentor_id=mentor_id,
            message=message,
            list_id=list_id,
            rank=rank,
            mode=mode,
            goal=stated,
        )
        if mode is Mode.PARALLEL or rank == 0:
            request = request.sent(program.settings, program.format, now)
        store.requests.add(session, request)
        announce_request(transaction, "request.sent.v1", request)
        requests.append(request)
    settle_first_request(transaction, store, program.id, mentee_id)
    return requests


def _goal(
    transaction: Transaction, store: Store, program: Program, mentee_id: str, text: str | None
) -> StatedGoal | None:
    member = store.copies.find(transaction.tenant, mentee_id, transaction.session)
    goals = () if member is None else member.stated_goals
    # Whom profiles have not told of yet may have one that has not arrived.
    if not goals and member is not None and program.settings.goal_required:
        raise NoGoal(program.id)
    return chosen_goal(goals, text)


def _check_mentors(
    transaction: Transaction, store: Store, program: Program, mentee_id: str, mentor_ids: Sequence[str]
) -> None:
    tenant, session = transaction.tenant, transaction.session
    loads = [store.loads.find_of(tenant, program.id, mentor_id, session) for mentor_id in mentor_ids]
    faults = [
        Fault(f"/mentor_ids/{position}", "Not a mentor of this program.")
        for position, load in enumerate(loads)
        if load is None
    ]
    if faults:
        raise Invalid(faults)
    for load in loads:
        if load is not None:
            load.require_available()
            require_taking_part(transaction, store, program, load.member_id, Role.MENTOR)
            try:
                require_its_groups(transaction, store, program, load.member_id)
            except InNoneOfItsGroups:
                # Which groups a mentor is in is the mentor's to show.
                raise NotTakingPart(load.member_id, Role.MENTOR) from None
            require_organization_rule(transaction, store, program, mentee_id, load.member_id)
            if store.pairs.take(session, tenant, mentee_id, load.member_id):
                raise KeptApart(load.member_id, Role.MENTOR)
            # A pair that was made before peers were is named the way that it was made.
            ways = ways_to_ask(program.format, load.member_id, mentee_id)
            if any(store.mentorships.live_pair(session, tenant, program.id, *way) for way in ways):
                raise AlreadyPaired(load.member_id, mentee_id)
            parted = [each for way in ways for each in store.mentorships.parted(session, tenant, program.id, *way)]
            if any(each.ended_by == mentee_id for each in parted):
                raise PairedBefore(load.member_id, mentee_id)
            if parted:
                # That the mentor wanted another mentee is not the mentee's to know.
                raise NotTakingPart(load.member_id, Role.MENTOR)
            if program.format is Format.PEER:
                _answer_or_overtake(transaction, store, program.id, mentee_id, load.member_id)


def _answer_or_overtake(transaction: Transaction, store: Store, program_id: str, asker: str, asked: str) -> None:
    """Who was asked by somebody answers, and does not ask them in turn. Raises AskedByThem.

    What the other one has only in a list, to be asked later, the asker knows nothing of: it is not sent any more.
    """
    tenant, session = transaction.tenant, transaction.session
    theirs = store.requests.open_between(session, tenant, program_id, asker, asked)
    if theirs is None:
        return
    if theirs.was_sent:
        raise AskedByThem(asked)
    store.requests.save(session, theirs.invalidated(ASKED_FIRST, transaction.now))
