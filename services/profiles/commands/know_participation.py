"""A member takes part in an event or a program, or no longer does: who does together may see more of each other."""

from services.profiles.store import Store
from services.profiles.store.participations import Participation
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction

_TAKES_PART = frozenset({"approved", "paused"})


def know_registration(transaction: Transaction, store: Store, message: Message) -> None:
    """`registration.*`: a confirmed registration is a live one; who waits for a seat sees nothing of those who have."""
    data = message.data or {}
    place = f"event:{data['event_id']}"
    _know(transaction, store, Participation(data["id"], data["member_id"], place, data["status"] == "confirmed"))


def know_enrollment(transaction: Transaction, store: Store, message: Message) -> None:
    """`enrollment.*`: approved, also while paused."""
    data = message.data or {}
    place = f"program:{data['program_id']}"
    _know(transaction, store, Participation(data["id"], data["member_id"], place, data["state"] in _TAKES_PART))


def _know(transaction: Transaction, store: Store, said: Participation) -> None:
    session, tenant = transaction.session, transaction.tenant
    for member_id in sorted(store.participations.put(session, tenant, said)):
        store.members.place(session, tenant, member_id, store.participations.places(tenant, member_id, session))
