"""A coordinator takes a merge back: the two were different people after all."""

import dataclasses

from services.profiles.commands.announce_member import announce_changed, announce_unmerged
from services.profiles.commands.merge_member import follow_merge, take_over
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.member import Member
from services.profiles.domain.merging import Merge, MergeUndo, renewed, returned
from services.profiles.store import Store
from services.profiles.store.candidates import pair_of
from shared.errors import Conflict, NotFound
from shared.messaging.unit_of_work import Transaction


def unmerge_member(transaction: Transaction, store: Store, member_id: str) -> Member:
    """The member, back with what came from them and was not changed since; what the survivor gained since stays there.

    Raises NotFound where there never was such a member, Conflict where they are not merged, where the association's
    time for it is over, and where the survivor was merged into somebody in turn, or is gone.
    """
    session, tenant = transaction.session, transaction.tenant
    merge, undo, survivor = _to_undo(transaction, store, member_id)
    store.merged.remove(session, merge)
    others = bool(store.merged.lookup.known_as(tenant, survivor.id, session) - {survivor.id})
    reverted, back, keys = returned(undo, survivor, others_merged=others)
    tickets = store.registrations.tied(session, tenant, found_by=(), member_ids={survivor.id})
    own = tuple(take_over(transaction, store, back, keys))
    for earlier in store.merged.undos_into(session, tenant, back.id):
        store.merged.undos.save(session, renewed(earlier, own))
    announce_unmerged(transaction, store, dataclasses.replace(back, version=merge.version, identifiers=own))
    remaining = tuple(each for each in reverted.identifiers if each.key not in keys or each.of_registration)
    announce_changed(transaction, store, dataclasses.replace(reverted, identifiers=remaining))
    settle_people(transaction, store, keys | survivor.keys, tickets)
    follow_merge(transaction, store, {back.id, survivor.id}, named=survivor.id, also=back.id)
    # What was collected for the two as one person holds the other's data: nobody's to download any more.
    store.exports.forget(session, tenant, {survivor.id})
    store.candidates.tell_apart(session, tenant, pair_of(back.id, survivor.id))
    return store.members.get(tenant, back.id, session)


def _to_undo(transaction: Transaction, store: Store, member_id: str) -> tuple[Merge, MergeUndo, Member]:
    session, tenant = transaction.session, transaction.tenant
    merge = store.merged.into(tenant, member_id, session)
    if merge is None:
        if store.members.find(tenant, member_id, session) is None:
            raise NotFound("member", member_id)
        raise Conflict(f"The member {member_id} was not merged into another.")
    undo = store.merged.undos.find(tenant, member_id, session)
    if undo is None or undo.expire_at <= transaction.now:
        raise Conflict(f"The merge of {member_id} into {merge.into} is too old to be undone.")
    survivor = store.members.find(tenant, merge.into, session)
    if survivor is not None:
        return merge, undo, survivor
    if further := store.merged.into(tenant, merge.into, session):
        raise Conflict(f"The member {merge.into} was merged into {further.into} in turn: undo that first.")
    raise Conflict(f"The member {merge.into}, whom {member_id} was merged into, is gone.")
