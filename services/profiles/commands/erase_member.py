"""A member is erased: here at once, in the other services by the tombstone and the request that this leaves."""

import re
from collections.abc import Collection, Mapping, Sequence

from services.profiles.domain import naming
from services.profiles.domain.erasure import Erasure
from services.profiles.domain.member import EMAIL, Key, Member
from services.profiles.domain.registration import Registration
from services.profiles.store import Store
from services.profiles.store.identifiers import kind_of, text_of
from shared.clock import rfc3339
from shared.contracts.privacy import LONGEST_ID, MOST_HASHES
from shared.ids import new_id
from shared.messaging.erasures import Request, registration_mark
from shared.messaging.traces import Place, buyer_and_name
from shared.messaging.unit_of_work import Transaction
from shared.storage.identifier_hashes import BUYER


def erase_member(transaction: Transaction, store: Store, member: Member, asked: Request | None = None) -> Erasure:
    """The erasure, begun: the member, their identifiers and their registrations are gone with this transaction.

    So is whatever goes by the ids of those who were merged into the member, and what could have undone that. What else
    there is, in letters, feeds on their way and kept answers, goes soon after (`erase_traces.py`). `asked`: by which it
    was erased once already, before a restore brought the member back. Raises Unavailable where no key is there to
    remember the member's identifiers by.
    """
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    ids = (member.id, *sorted(store.merged.lookup.merged_into(tenant, [member.id], session)))
    theirs = store.registrations.of_members(session, tenant, ids)
    held = _keys(transaction, store, member, ids, theirs)
    versions = dict(held)
    hashes = {key: store.erasures.hashes.made(tenant, kind_of(key), text_of(key)) for key in held}
    buyers = _bought(member, theirs, held)[: MOST_HASHES - len(hashes)]
    request = Request(
        id=new_id() if asked is None else asked.id,
        requested_at=now if asked is None else asked.requested_at,
        ids=ids,
        registrations=sorted({place for each in theirs for place in _places(each)}),
        hashes=sorted(
            {
                *((kind_of(key), digest) for key, digest in hashes.items()),
                *((BUYER, store.erasures.hashes.made(tenant, BUYER, each)) for each in buyers),
            }
        ),
    )
    store.identifiers.forget(session, tenant, held)
    store.registrations.forget_all(session, theirs)
    store.registrations.forget_members(session, tenant, ids)
    store.registrations.forget_buyers(session, tenant, [key for key in held if key.issuer == EMAIL])
    store.exports.forget(session, tenant, ids)
    store.earnings.forget(session, tenant, ids)
    store.merged.forget_undos(session, tenant, ids, held)
    store.candidates.forget(session, tenant, member.id)
    store.members.remove(session, member)
    counted = {(kind_of(key), digest): versions[key] for key, digest in hashes.items()}
    counted |= {
        ("registration", registration_mark(place)): each.identifier_version
        for each in theirs
        for place in _places(each)
    }
    store.erasures.request(transaction, request, tombstone=member.version + 1, versions=counted)
    erasure = Erasure(request.id, tenant, 1, now, member.id, request.requested_at, merged_ids=ids[1:])
    store.erasure_requests.insert(session, erasure)
    transaction.publish("member.erased.v1", key=member.id, version=member.version + 1, data=None)
    transaction.publish("erasure.requested.v1", key=member.id, version=None, data=_told(request, member.id))
    return erasure


def _keys(
    transaction: Transaction, store: Store, member: Member, ids: Collection[str], theirs: Sequence[Registration]
) -> Mapping[Key, int]:
    """The keys that say who the member is or was, each with its version.

    An address on a ticket of theirs that is somebody else's is none of them, nor is that of whoever bought it.
    """
    session, tenant = transaction.session, transaction.tenant
    own = {*member.keys, *store.identifiers.given_up(session, tenant, ids)}
    named = {
        key for each in theirs if each.told is not None for key in (each.told.number_key, each.told.email_key) if key
    }
    holdings = store.identifiers.claim(session, tenant, own | named)
    return {
        key: holding.version
        for key, holding in holdings.items()
        if holding.member_id in ids or holding.member_id is None
    }


def _bought(member: Member, theirs: Sequence[Registration], keys: Collection[Key]) -> Sequence[str]:
    """What tickets are known by that name the member and have no address but the buyer's.

    First what there were such tickets of, then the member's own name: of a mailbox that hundreds share, and whoever
    else was named with it, there are more pairs than can be told.
    """
    told = [each.told for each in theirs if each.told is not None]
    found = [buyer_and_name(each.buyer_key.value, each.folded_name) for each in told if each.buyer_key is not None]
    own = naming.folded(naming.whole(member.given_name, member.family_name))
    addresses = sorted(key.value for key in keys if key.issuer == EMAIL)
    names = dict.fromkeys(name for name in (own, *sorted({each.folded_name for each in told})) if name)
    found += [buyer_and_name(address, name) for name in names for address in addresses]
    return list(dict.fromkeys(found))


def _places(registration: Registration) -> Sequence[Place]:
    """Where it is at its source; either of the two ids may hold a slash of its own, and none is empty or longer than
    an id can be."""
    source, value = registration.key
    parted = [(source, value[: at.start()], value[at.end() :]) for at in re.finditer("/", value)]
    return [each for each in parted if all(0 < len(part) <= LONGEST_ID for part in each[1:])]


def _told(request: Request, member_id: str) -> Mapping[str, object]:
    names = ("source", "source_event_id", "source_registration_id")
    data: dict[str, object] = {
        "id": request.id,
        "member_id": member_id,
        "requested_at": rfc3339(request.requested_at),
        "registrations": [dict(zip(names, each, strict=True)) for each in request.registrations],
        "hashes": [{"kind": kind, "hash": digest} for kind, digest in request.hashes],
    }
    return data | ({"merged_ids": list(request.ids[1:])} if request.ids[1:] else {})
