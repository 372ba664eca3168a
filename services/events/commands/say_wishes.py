"""An attendee says whom they would like to meet at an event, and whom not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession

from services.events.commands.may_meet import require_attending
from services.events.domain.event import Event
from services.events.domain.wishes import Wishes, of_one_person, require_sound, said_id
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def said_by(
    store: Store, event: Event, member_id: str, now: datetime, session: ClientSession | None = None
) -> tuple[Wishes, Sequence[Wishes]]:
    """What the member has said, also by the ids of whoever was merged into them; and what that is made of."""
    parts = store.wishes.of_members(
        event.tenant, store.merges.known_as(event.tenant, member_id, session), event.id, session
    )
    named = {who for each in parts for who in (*each.wishes, *each.no_thanks)}
    nothing = Wishes(said_id(event.id, member_id), event.tenant, 0, now, event.id, member_id)
    return of_one_person(parts, nothing, store.merges.survivors(event.tenant, named, session)), parts


def say_wishes(transaction: Transaction, store: Store, event: Event, said: Wishes, before: Sequence[Wishes]) -> Wishes:
    """What the member wishes from now on, instead of all that is in `before`.

    Nobody is told, and whether anybody is there by those ids is not looked at: the answer would tell of blocks. Raises
    Invalid where it contradicts itself, Conflict where the event is over or the member does not come.
    """
    event.after("meet", transaction.now)
    require_sound(said)
    require_attending(transaction, store, event.id, said.member_id)
    session, now = transaction.session, transaction.now
    versions = 0
    own = replace(said, version=0, updated_at=now)
    for each in before:
        if each.member_id == said.member_id:
            own = replace(own, version=each.version)
        elif each.says_anything:
            versions += store.wishes.save(session, replace(each, wishes=(), no_thanks=(), updated_at=now)).version
        else:
            versions += each.version
    if own.version:
        own = store.wishes.save(session, own)
    else:
        own = replace(own, version=1)
        store.wishes.insert(session, own)
    return replace(own, version=versions + own.version)
