"""Before a mentor decides: a look, a question, an answer."""

from services.matching.commands.announce_request import announce_request
from services.matching.commands.note_response import note_answer
from services.matching.domain.enrollment import Role
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def view_request(transaction: Transaction, store: Store, request: Request, by: str) -> Request:
    """The mentor looks at it; the mentee learns of the first time. Raises NotFound, Forbidden, IllegalTransition."""
    request.require(Role.MENTOR, by)
    viewed = request.viewed(transaction.now)
    if viewed.state is request.state:
        return request
    return _saved(transaction, store, viewed, "request.viewed.v1")


def ask_mentee(transaction: Transaction, store: Store, request: Request, by: str, question: str) -> Request:
    """The mentor wants to know more. Raises NotFound, Forbidden, IllegalTransition."""
    request.require(Role.MENTOR, by)
    saved = _saved(transaction, store, request.asked(question, transaction.now), "request.info_requested.v1")
    note_answer(transaction, store, request, saved)
    return saved


def answer_mentor(transaction: Transaction, store: Store, request: Request, by: str, answer: str) -> Request:
    """The mentee answers the mentor's question. Raises NotFound, Forbidden, IllegalTransition."""
    request.require(Role.MENTEE, by)
    return _saved(transaction, store, request.answered(answer, transaction.now), "request.answered.v1")


def _saved(transaction: Transaction, store: Store, request: Request, type_name: str) -> Request:
    saved = store.requests.save(transaction.session, request)
    announce_request(transaction, type_name, saved)
    return saved
