"""An organizer gets addresses for a screen and a printer, which have no token of their own."""

import secrets
from collections.abc import Mapping

from pymongo.errors import DuplicateKeyError

from services.events.domain.round_series import RoundSeries
from services.events.store import Store
from services.events.store.round_links import RoundLink
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction

SCREEN, PRINT = "screen", "print"
"""What an address leads to: what everybody in the room sees, or what lies on tables and is handed out."""
_TOKEN_BYTES = 32


def link_rounds(transaction: Transaction, store: Store, series: RoundSeries) -> Mapping[str, str]:
    """New secret parts of addresses by kind; those made before lead nowhere any more.

    Raises Conflict where others are being made at this moment.
    """
    made = {}
    for kind in (SCREEN, PRINT):
        made[kind] = secrets.token_urlsafe(_TOKEN_BYTES)
        link = RoundLink(series.tenant, series.id, kind)
        try:
            store.round_links.issue(transaction.session, link, series.event_id, made[kind], transaction.now)
        except DuplicateKeyError:
            raise Conflict("Other addresses are being made at this moment: they are the ones that hold.") from None
    return made


def unlink_rounds(transaction: Transaction, store: Store, series: RoundSeries) -> None:
    """Leaves the series no address, whether there was one or not."""
    for kind in (SCREEN, PRINT):
        store.round_links.revoke(transaction.session, RoundLink(series.tenant, series.id, kind))
