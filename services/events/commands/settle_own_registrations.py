"""Two members turned out to be one person, or two after all: what was registered here is whose it is now.

Tickets follow their identifiers. A registration made here keeps who made it, and who that is now is looked up; so an
undo is the same work as a merge. A person has one of them for an event: the lesser gives its place up, and gets one
again, as far as there is one, when they are two.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from services.events.commands.settle_registration import Settlement, settle_registration
from services.events.domain.registration import Registration, Status
from services.events.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction

MERGED = "merged"

_BETTER_FIRST = (Status.CONFIRMED, Status.OFFERED, Status.WAITLISTED)


def settle_own_registrations(transaction: Transaction, store: Store, member_id: str) -> None:
    """Gives what this member, and whoever was merged into them, has registered here to who that is now.

    Bears being repeated.
    """
    session, tenant = transaction.session, transaction.tenant
    makers = store.merges.known_as(tenant, member_id, session)
    now = store.merges.survivor(tenant, member_id, session)
    moving = [each for each in store.registrations.made_here_by(tenant, makers, session) if each.member_id != now]
    if not moving:
        return
    at_event: defaultdict[str, list[Registration]] = defaultdict(list)
    for each in moving:
        at_event[each.event_id].append(each)
    settlement = Settlement(transaction, store)
    for event_id, theirs in at_event.items():
        there = store.registrations.own_live(tenant, event_id, now, session)
        _move(transaction, store, settlement, theirs, there, now)
    settlement.write()
    holders = {now, *(each.member_id for each in moving if each.member_id is not None)}
    for event_id in at_event:
        _revive(transaction, store, event_id, holders)


def _move(
    transaction: Transaction,
    store: Store,
    settlement: Settlement,
    moving: Sequence[Registration],
    there: Registration | None,
    now: str,
) -> None:
    live = [each for each in moving if each.own_live] + ([there] if there is not None else [])
    kept = min(live, key=lambda each: _rank(each, there), default=None)
    giving_way = [each for each in live if each is not kept]
    for each in giving_way:
        # Written first, as nobody may have two live ones, and told of last: whose the other is still attends.
        settlement.note(each, replace(each, own_live=False))
    for before in [each for each in moving if each not in giving_way]:
        settlement.change(transaction, before, replace(_of(before, now), updated_at=transaction.now))
    for each in giving_way:
        if each.status is Status.OFFERED:
            store.waitlist.answered(transaction.session, each.id)
        gone = replace(_of(each, now), status=Status.CANCELLED, own_live=False, superseded=each.status)
        settlement.change(transaction, each, replace(gone, updated_at=transaction.now), reason=MERGED)


def _revive(transaction: Transaction, store: Store, event_id: str, members: Collection[str]) -> None:
    """Lets what gave way to another one of the same person be there again for who has none at the event now."""
    session, tenant = transaction.session, transaction.tenant
    for before in store.registrations.superseded(tenant, event_id, members, session):
        if before.member_id is None or store.merges.survivor(tenant, before.maker, session) != before.member_id:
            continue
        if store.registrations.own_live(tenant, event_id, before.member_id, session) is not None:
            continue
        event = store.events.get(tenant, event_id, session)
        try:
            event.after("register", transaction.now)
        except Conflict:
            continue
        if event.ends_at <= transaction.now:
            continue
        again = replace(before, own_live=True, superseded=None, updated_at=transaction.now)
        if before.superseded is Status.WAITLISTED:
            settle_registration(transaction, store, before, replace(again, status=Status.WAITLISTED))
        elif store.events.take_free_seat(session, tenant, event_id):
            settle_registration(transaction, store, before, replace(again, status=Status.CONFIRMED), counted=True)
        else:
            place = store.events.join_waitlist(session, tenant, event_id)
            waits = replace(again, status=Status.WAITLISTED, place=place)
            settle_registration(transaction, store, before, waits, counted=True)


def _of(registration: Registration, member_id: str) -> Registration:
    maker = registration.maker
    return replace(registration, member_id=member_id, made_as=None if maker == member_id else maker)


def _rank(registration: Registration, there: Registration | None) -> tuple[bool, int, bool, str]:
    status = registration.status
    standing = _BETTER_FIRST.index(status) if status in _BETTER_FIRST else len(_BETTER_FIRST)
    return registration.checked_in_at is None, standing, registration is not there, registration.id
