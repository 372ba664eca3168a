"""A program has changed: what goes by it is made due, some at a time."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pymongo.client_session import ClientSession

from services.matching.domain.program_sweep import ProgramSweep, Swept
from services.matching.store import Store
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork

AT_ONCE = 500
"""Documents in one transaction."""

_LEASE_SECONDS = 60.0

_Look = Callable[[ClientSession, ProgramSweep, datetime, int, str | None], str | None]


def sweep_program(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Takes one sweep, in as many transactions as it needs; broken off, it starts over. Raises LeaseLost."""
    sweep = store.program_sweeps.from_document(claimed.document)
    look: Mapping[Swept, _Look] = {
        Swept.HEALTH: store.watches.look_at_some,
        Swept.REQUESTS: store.requests.look_at_some,
    }
    after: str | None = None
    more = True

    def step(transaction: Transaction) -> str | None:
        reached = look[sweep.what](transaction.session, sweep, transaction.now, AT_ONCE, after)
        if reached is None:
            claimed.confirm(transaction.session)
            store.program_sweeps.remove(transaction.session, sweep)
        else:
            claimed.renew(transaction.session, _LEASE_SECONDS)
        return reached

    while more:
        after = unit_of_work.run(step, tenant=sweep.tenant)
        more = after is not None
