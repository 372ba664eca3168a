"""A member is forgotten here: their tickets have no name any more, and what they took themselves is given back.

Seats and attendance are counted as before. Their sessions with others, and the meetings they had, stay in the others'
calendars, by ids.
"""

from collections import Counter

from services.events.commands.end_meetings import end_meetings
from services.events.commands.end_topics import step_out
from services.events.commands.part_in_rounds import leave_rounds
from services.events.commands.refuse_erased import traces_in
from services.events.commands.register_for_event import cancel_registration
from services.events.domain.event import EventState
from services.events.domain.meeting import ERASED
from services.events.domain.registration import Origin
from services.events.store import Store
from shared.messaging.due import DueWork
from shared.messaging.erasing import erasing, with_store
from shared.messaging.erasures import Erased
from shared.messaging.unit_of_work import Transaction
from shared.storage.identifier_hashes import EMAIL, NUMBER, SUBJECT
from shared.web.idempotency import forgetting_answers

_AT_ONCE = 50
_REASON = "erased"


def erasures(store: Store, issuer: str) -> DueWork:
    """The due work of it; `issuer` is that of the callers' tokens."""
    own = with_store(
        store,
        _call_off_meetings,
        _leave_topics,
        _give_back,
        _forget_words,
        _forget_plans,
        _forget_wishes,
        _forget_offers,
        _forget_lists,
        _leave_rounds,
        _forget_person,
        _make_nameless,
        _forget_addresses,
        _forget_waiting,
        _forget_refusals,
    )
    return erasing(store.erasures, (*own, forgetting_answers(issuer)))


def _give_back(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What they registered for here and is still to come is cancelled: the seat goes to the next who waits."""
    given_back: Counter[str] = Counter()
    for each in store.registrations.own_live_of_member(person.tenant, person.ids, transaction.session):
        event = store.events.get(person.tenant, each.event_id, transaction.session)
        if event.ends_at <= transaction.now or event.state is EventState.CANCELLED:
            continue
        cancel_registration(transaction, store, each, reason=_REASON)
        given_back["cancelled_registrations"] += 1
        if given_back["cancelled_registrations"] == _AT_ONCE:
            break
    return given_back


def _call_off_meetings(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Those that are still to come: the time of the others is free again."""
    found = store.meetings.open_of_members(person.tenant, person.ids, transaction.session)
    coming = [each for each in found if each.ends_at > transaction.now]
    return _counted("cancelled_meetings", end_meetings(transaction, store, coming[:_AT_ONCE], ERASED))


def _leave_topics(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Those that are still to come: what they host is called off, and who waits gets their place."""
    found = store.topics.open_of_members(person.tenant, person.ids, transaction.session)
    coming = [each for each in found if each.ends_at > transaction.now]
    return _counted("left_topics", step_out(transaction, store, coming[:_AT_ONCE], person.ids, ERASED))


def _forget_words(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What they wrote to whom they would meet, where they said to meet, and what their topics were about."""
    session, tenant = transaction.session, person.tenant
    meetings = store.meetings.forget_words(session, tenant, person.ids)
    topics = store.topics.forget_words(session, tenant, person.ids)
    return _counted("meetings", meetings) + _counted("topics", topics)


def _forget_plans(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What schedules plan with them."""
    return _counted("planned_meetings", store.planned_meetings.forget(transaction.session, person.tenant, person.ids))


def _forget_wishes(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What they wished, and what others wished of them."""
    session, tenant = transaction.session, person.tenant
    gone = store.wishes.forget(session, tenant, person.ids)
    named = store.wishes.naming(tenant, person.ids, _AT_ONCE, session)
    for each in named:
        store.wishes.save(session, each.without(person.ids, transaction.now))
    return _counted("wishes", gone + len(named))


def _forget_offers(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """When they would be in mentoring corners."""
    return _counted("corner_offers", store.corner_offers.forget(transaction.session, person.tenant, person.ids))


def _forget_lists(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Whose time is taken, who is kept apart from them, and the lists of who may meet whom."""
    session, tenant = transaction.session, person.tenant
    store.held_time.forget(session, tenant, person.ids)
    store.kept_apart.forget(session, tenant, person.ids)
    listing = store.meeting_groups.naming(tenant, person.ids, _AT_ONCE, session)
    for each in listing:
        store.meeting_groups.save(session, each.without(person.ids, transaction.now))
    return _counted("group_lists", len(listing))


def _leave_rounds(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Their places; what was to come is planned anew without them."""
    return _counted("round_places", leave_rounds(transaction, store, person.ids))


def _forget_person(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """The name and the private calendar; the tombstone takes them, too, where it comes first."""
    for each in person.ids:
        store.people.forget(transaction.session, person.tenant, each)
        store.calendars.revoke(transaction.session, person.tenant, each)
    if person.marks:
        store.people.forget_given_up(
            transaction.session, person.tenant, lambda issuer, value: _named(person, issuer, value)
        )
    return Counter()


def _named(person: Erased, issuer: str, value: str) -> bool:
    if issuer == "ams":
        return person.is_known_by(NUMBER, value)
    return person.is_known_by(SUBJECT, f"{issuer}\n{value}")


def _make_nameless(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    return _counted(
        "registrations",
        store.registrations.make_nameless(
            transaction.session,
            person.tenant,
            member_ids=person.ids,
            origins=[Origin(*each) for each in sorted(person.registrations)],
            until=person.requested_at,
        ),
    )


def _forget_addresses(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Tickets that no member is known for yet, and those that they bought for others: only the address tells."""
    if not person.marks:
        return Counter()
    addresses = [each for each in store.registrations.addresses(person.tenant) if person.is_known_by(EMAIL, each)]
    if not addresses:
        return Counter()
    session, until = transaction.session, person.requested_at
    theirs = store.registrations.make_nameless(session, person.tenant, addresses=addresses, until=until)
    bought = store.registrations.forget_addresses(session, person.tenant, addresses, until=until)
    return _counted("registrations", theirs) + _counted("addresses", bought)


def _forget_waiting(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Records whose source event no event names yet."""
    if not person.registrations and not person.marks:
        return Counter()
    return _counted(
        "waiting_records",
        store.unmapped.forget(transaction.session, person.tenant, lambda record: person.is_meant_by(traces_in(record))),
    )


def _forget_refusals(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    gone = store.refused.forget(transaction.session, person.tenant, sorted(person.registrations))
    return _counted("refusals", gone)


def _counted(name: str, number: int) -> Counter[str]:
    return Counter({name: number}) if number else Counter()
