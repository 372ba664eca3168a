"""After a request came to nothing by the mentor: the mentee is shown, or sent, to the next."""

from services.matching.commands.send_next_request import send_next_request
from services.matching.domain.program import PROGRAM
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def go_on_asking(transaction: Transaction, store: Store, settled: Request) -> bool | None:
    """Moves the list on. True where there is a next mentor, asked by the list or to be shown; None where there is none.

    Who that is the mentee sees with the request, as of then.
    """
    if send_next_request(transaction, store, settled) is not None:
        return True
    tenant, session = transaction.tenant, transaction.session
    program = store.programs.get(tenant, settled.program_id, session)
    allowed = PROGRAM.allows(program.state, "request") and store.loads.somebody_is_free(session, tenant, program.id)
    return True if allowed else None
