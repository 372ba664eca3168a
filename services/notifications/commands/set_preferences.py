"""A member says how news is to come: from now on, and for what is held for them already."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from services.notifications.domain.preferences import Channel, Paces, Preferences, SaidQuietHours
from services.notifications.domain.timing import news_of, pace_of, plan
from services.notifications.store import Store
from shared.messaging.unit_of_work import Transaction

_NO_TIME = timedelta(0)
"""A change of mind ends the gathering: what they want at once now comes at once."""


@dataclass(frozen=True, slots=True)
class Said:
    """All that the member says; what is None they leave to their association."""

    language: str | None
    time_zone: str | None
    quiet_hours: SaidQuietHours | None
    digest_at: str | None
    digest_day: int | None
    paces: Paces


def set_preferences(
    transaction: Transaction, store: Store, member_id: str, said: Said, *, check_version: Callable[[int], None]
) -> Preferences:
    """Writes them in the place of those there were, which may be of somebody who was merged into the member.

    `member_id` is who they are now. Raises whatever `check_version` raises for the version found, 0 where nothing was
    said before.
    """
    session, tenant = transaction.session, transaction.tenant
    # Whoever erases or merges them at this moment comes before us or after us.
    store.people.hold(session, tenant, member_id)
    before = store.preferences_of(tenant, member_id, session)
    version = 0 if before is None else before.version
    check_version(version)
    fields = {name: getattr(said, name) for name in Said.__slots__}
    wanted = Preferences(member_id, tenant, version, transaction.now, **fields)
    if before is not None and before.id == member_id:
        written = store.preferences.save(session, wanted)
    else:
        written = replace(wanted, version=version + 1)
        store.preferences.insert(session, written)
    _bring_forward(transaction, store, member_id)
    return written


def _bring_forward(transaction: Transaction, store: Store, member_id: str) -> None:
    """What would go out sooner by what they say now is due sooner; when its time comes, all of that is decided anew."""
    session, tenant = transaction.session, transaction.tenant
    known_as = store.merges.known_as(tenant, member_id, session)
    habits = store.habits(tenant, {member_id}, session)[member_id]
    for delivery in store.deliveries.held_for(session, tenant, known_as):
        told = store.notifications.those(tenant, delivery.notification_ids, session)
        plans = [
            plan(news_of(each), pace_of(each, habits, Channel(delivery.channel)), habits, _NO_TIME, transaction.now)
            for each in told
        ]
        due = [each.due_at for each in plans if each is not None]
        if due and delivery.due_at is not None and min(due) < delivery.due_at:
            store.deliveries.join(session, {delivery.id: ((), min(due))}, transaction.now)
