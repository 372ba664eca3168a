"""A list of requests goes on after one of them came to nothing, or comes to its end."""

from services.matching.commands.announce_request import announce_request
from services.matching.commands.create_task import create_task
from services.matching.commands.eligibility import NotTakingPart, require_taking_part
from services.matching.commands.places_taken import places_taken
from services.matching.domain.enrollment import Role
from services.matching.domain.program import PROGRAM, Program
from services.matching.domain.request import ALREADY_PAIRED, Mode, Request, RequestState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

UNANSWERED_LIST = "unanswered_list"


def send_next_request(transaction: Transaction, store: Store, settled: Request) -> Request | None:
    """Sends the next request of the list that this one, now settled, belonged to; None where none is left.

    A mentor who takes nobody at the moment is passed over, and never learns of it. Where nobody of the list can say
    yes any more and the mentee still looks for a mentor, coordinators get a task.
    """
    if settled.list_id is None:
        return None
    program = store.programs.get(transaction.tenant, settled.program_id, transaction.session)
    sent = _sent(transaction, store, program, settled.list_id) if settled.mode is Mode.SEQUENTIAL else None
    if sent is None:
        _notice_the_end(transaction, store, program, settled, settled.list_id)
    return sent


def _sent(transaction: Transaction, store: Store, program: Program, list_id: str) -> Request | None:
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    while (queued := store.requests.next_of_list(session, tenant, list_id)) is not None:
        obstacle = _obstacle(transaction, store, program, queued)
        if obstacle is None:
            sent = store.requests.save(session, queued.sent(program.settings, program.format, now))
            announce_request(transaction, "request.sent.v1", sent)
            return sent
        store.requests.save(session, queued.invalidated(obstacle, now))
    return None


def _obstacle(transaction: Transaction, store: Store, program: Program, queued: Request) -> str | None:
    """The reason code why this mentor cannot be asked now."""
    if not PROGRAM.allows(program.state, "match"):
        return "program_over"
    load = store.loads.find_of(transaction.tenant, program.id, queued.mentor_id, transaction.session)
    if load is None or load.paused:
        return "mentor_paused"
    if not load.available:
        return "mentor_full"
    try:
        require_taking_part(transaction, store, program, queued.mentor_id, Role.MENTOR)
    except NotTakingPart:
        return "mentor_paused"
    return None


def _notice_the_end(transaction: Transaction, store: Store, program: Program, settled: Request, list_id: str) -> None:
    tenant, session, mentee_id = transaction.tenant, transaction.session, settled.mentee_id
    # Of two mentors who say no at once each would see the other's request open: they meet here.
    store.mentee_turns.take(session, tenant, program.id, mentee_id)
    together = store.requests.of_list(session, tenant, list_id)
    if any(each.is_open or _is_granted(each) for each in together):
        return
    if _still_looking(transaction, store, program, mentee_id):
        reason = settled.state.value
        create_task(transaction, store, UNANSWERED_LIST, program_id=program.id, mentee_id=mentee_id, reason=reason)


def _is_granted(request: Request) -> bool:
    return request.state is RequestState.ACCEPTED or request.reason == ALREADY_PAIRED


def _still_looking(transaction: Transaction, store: Store, program: Program, mentee_id: str) -> bool:
    allowed = PROGRAM.allows(program.state, "request")
    if not allowed or store.erasures.has(transaction.tenant, mentee_id, at_once=True):
        return False
    try:
        mentee = require_taking_part(transaction, store, program, mentee_id, Role.MENTEE)
    except NotTakingPart:
        return False
    return places_taken(transaction, store, program, mentee_id) < mentee.capacity
