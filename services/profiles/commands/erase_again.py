"""An erasure that a restored database does not know of is carried out again."""

from services.profiles.commands.erase_member import erase_member
from services.profiles.domain.erasure import Erasure
from services.profiles.store import Store
from shared.messaging.envelope import Data
from shared.messaging.erasures import asked
from shared.messaging.unit_of_work import Transaction

_FIRST = 1


def erase_again(transaction: Transaction, store: Store, data: Data) -> None:
    """Erases whoever the `erasure.requested` with this data named, as far as they are back, and remembers them.

    Who had been merged into the member may be a member of their own again; who registered and was erased since the
    snapshot is not back, and must not come back by an older record.
    """
    request = asked(data)
    session, tenant = transaction.session, transaction.tenant
    if store.erasure_requests.find(tenant, request.id, session) is not None:
        return
    store.erasures.request(transaction, request, tombstone=_FIRST)
    member_id, *merged = request.ids
    for each in store.members.among(session, tenant, request.ids):
        erase_member(transaction, store, each, request if each.id == member_id else None)
    if store.erasure_requests.find(tenant, request.id, session) is None:
        at = request.requested_at
        erasure = Erasure(request.id, tenant, 1, transaction.now, member_id, at, merged_ids=tuple(merged))
        store.erasure_requests.insert(session, erasure)
        transaction.publish("member.erased.v1", key=member_id, version=_FIRST, data=None)
