"""A measure of conduct begins or ends: the member's standing here follows, as if profiles had told of it."""

from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def settle_conduct(transaction: Transaction, store: Store, member_id: str) -> None:
    """While one bars them they count as suspended, whatever their membership is; a worker does what follows from it."""
    apply_conduct(transaction, store, member_id)
    # Of who was erased since there is nothing to rest; of who was merged, the merge has the survivor looked at.
    if store.copies.find(transaction.tenant, member_id, transaction.session) is not None:
        store.suspensions.look(transaction, member_id)


def apply_conduct(transaction: Transaction, store: Store, member_id: str) -> None:
    """Makes the copy of the member say what their measures say. Bears being repeated."""
    tenant, session = transaction.tenant, transaction.session
    store.copies.bar(session, tenant, member_id, barred=store.measures.bar(session, tenant, member_id))
