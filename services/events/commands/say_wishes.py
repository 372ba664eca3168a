"""An attendee says whom they would like to meet at an event, and whom not."""

from dataclasses import replace

from services.events.commands.may_meet import require_attending
from services.events.domain.event import Event
from services.events.domain.wishes import Wishes, require_sound
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def say_wishes(transaction: Transaction, store: Store, event: Event, said: Wishes) -> Wishes:
    """What the member wishes from now on; `said` has the version it was read at.

    Nobody is told, and whether anybody is there by those ids is not looked at: the answer would tell of blocks. Raises
    Invalid where it contradicts itself, Conflict where the event is over or the member does not come.
    """
    event.after("meet", transaction.now)
    require_sound(said)
    require_attending(transaction, store, event.id, said.member_id)
    if said.version:
        return store.wishes.save(transaction.session, replace(said, updated_at=transaction.now))
    first = replace(said, version=1, updated_at=transaction.now)
    store.wishes.insert(transaction.session, first)
    return first
