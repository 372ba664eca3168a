"""A member has read a notification."""

from collections.abc import Callable, Collection

from services.notifications.domain.notification import Notification
from services.notifications.store import Store
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction


def mark_read(
    transaction: Transaction,
    store: Store,
    known_as: Collection[str],
    notification_id: str,
    *,
    check_version: Callable[[int], None],
) -> Notification:
    """The notification as read by whom these ids are of; reading it again changes nothing.

    Raises NotFound for anybody else's, and whatever `check_version` raises for the version found.
    """
    found = store.notifications.find(transaction.tenant, notification_id, transaction.session)
    if found is None or found.member_id not in known_as:
        raise NotFound("notification", notification_id)
    check_version(found.version)
    read = found.read(transaction.now)
    return found if read is found else store.notifications.save(transaction.session, read)
