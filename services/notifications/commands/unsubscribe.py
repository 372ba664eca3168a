"""A reader wants no more mail of some kinds: their preferences say so from now on."""

from collections.abc import Collection
from dataclasses import replace

from services.notifications.domain.preferences import Channel, Preferences
from services.notifications.domain.telling import Category
from services.notifications.domain.tokens import Unsubscribing
from services.notifications.store import Store
from shared.messaging.unit_of_work import Transaction


def unsubscribe(
    transaction: Transaction, store: Store, what: Unsubscribing, categories: Collection[Category]
) -> str | None:
    """Stops these categories for whoever the member is now, whose id it returns; None where nothing changed.

    Of one who was erased nothing is kept.
    """
    session, tenant = transaction.session, transaction.tenant
    member_id = store.merges.survivor(tenant, what.member_id, session)
    # Whoever erases or merges them at this moment comes before us or after us.
    if store.people.hold(session, tenant, member_id) is None or store.erasures.has(tenant, member_id, at_once=True):
        return None
    said = store.preferences_of(tenant, member_id, session)
    before = Preferences(member_id, tenant, 0, transaction.now) if said is None else said
    wanted = before.turned_off(Channel.EMAIL, categories, transaction.now)
    if wanted.paces == before.paces:
        return None
    if said is not None and said.id == member_id:
        store.preferences.save(session, wanted)
    else:  # what somebody said who was merged into the member, the member says now
        store.preferences.insert(session, replace(wanted, id=member_id, version=before.version + 1))
    return member_id
