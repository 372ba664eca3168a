"""A list that is asked one after the other moves on to its next mentor."""

from services.matching.commands.announce_request import announce_request
from services.matching.domain.request import Mode, Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def send_next_request(transaction: Transaction, store: Store, settled: Request) -> Request | None:
    """Sends the next request of the list that this one, now settled, belonged to; None where none is left.

    A mentor who takes nobody at the moment is passed over, and never learns of it.
    """
    if settled.mode is not Mode.SEQUENTIAL or settled.list_id is None:
        return None
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    program = store.programs.get(tenant, settled.program_id, session)
    while (queued := store.requests.next_of_list(session, tenant, settled.list_id)) is not None:
        load = store.loads.find_of(tenant, program.id, queued.mentor_id, session)
        if load is not None and load.available:
            sent = store.requests.save(session, queued.sent(program.settings, program.format, now))
            announce_request(transaction, "request.sent.v1", sent)
            return sent
        store.requests.save(session, queued.invalidated("mentor_full", now))
    return None
