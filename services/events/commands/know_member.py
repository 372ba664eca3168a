"""A member is announced: names for the desk, identifiers that link registrations to the member."""

from collections.abc import Sequence
from dataclasses import replace

from services.events.commands.settle_registration import settle_registration
from services.events.domain.identifier import Identifier
from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def know_member(transaction: Transaction, store: Store, message: Message) -> None:
    """Follows `members.v1`. Registrations go to whoever has their identifier; the one who had it loses them."""
    session, tenant, member_id = transaction.session, transaction.tenant, message.key
    learned = keep_member(transaction, store, message)
    if message.data is None:
        store.registrations.forget_attendee(tenant, member_id, session)
    for found in store.registrations.with_identifiers(tenant, learned, session):
        if found.member_id != member_id:
            linked = replace(found, member_id=member_id, updated_at=transaction.now)
            settle_registration(transaction, store, found, linked)


def keep_member(transaction: Transaction, store: Store, message: Message) -> Sequence[Identifier]:
    """The copy alone: the name and the identifiers; those that are newer than what was known."""
    session, tenant, member_id = transaction.session, transaction.tenant, message.key
    data = message.data
    if data is None:
        store.people.forget(session, tenant, member_id)
        return ()
    if "merged_into" in data:
        # The survivor's own message brings the identifiers, with their versions raised.
        store.people.forget_name(session, tenant, member_id)
        return store.people.learn(session, tenant, member_id, ())
    name = f"{data['given_name']} {data['family_name']}".strip()
    store.people.keep_name(session, tenant, member_id, name)
    identifiers = [
        Identifier(each["issuer"], each["value"], each.get("version") or 1) for each in data.get("identifiers") or ()
    ]
    return store.people.learn(session, tenant, member_id, identifiers)
