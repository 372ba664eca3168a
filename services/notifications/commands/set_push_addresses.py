"""A member says where push goes: new addresses, and those of the present ones that stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain.push_address import PushAddress, PushState
from services.notifications.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.storage.sealing import Place, Seal

PURPOSE = "push-address"


@dataclass(frozen=True, slots=True)
class NewAddress:
    """One that is not there yet; `host` is where its messages go."""

    url: str
    scheme: str
    host: str


@dataclass(frozen=True, slots=True)
class KeptAddress:
    """One that is there; `on`: whatever has become of it, it is to be used again."""

    id: str
    on: bool


def set_push_addresses(
    transaction: Transaction, store: Store, seal: Seal, member_id: str, wanted: Sequence[NewAddress | KeptAddress]
) -> None:
    """What is not wanted is gone. Raises Invalid for the id of one that is not there."""
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    known_as = store.merges.known_as(tenant, member_id, session)
    held = {each.id: each for each in store.push_addresses.of(tenant, known_as, session)}
    kept = set()
    for place, each in enumerate(wanted):
        if isinstance(each, NewAddress):
            identifier = new_id()
            sealed = seal.seal(each.url, Place(tenant, PURPOSE, identifier))
            store.push_addresses.insert(
                session, PushAddress(identifier, tenant, 1, now, member_id, each.scheme, each.host, sealed)
            )
            continue
        if each.id not in held:
            raise Invalid([Fault(f"/push/{place}/id", "There is no such address: name it by its url.")])
        kept.add(each.id)
        if each.on and held[each.id].state is PushState.OFF:
            store.push_addresses.save(session, held[each.id].on_again(now))
    store.push_addresses.drop(session, tenant, held.keys() - kept)
